// Ten languages: each page of a guest in each of them, on a narrow phone and a laptop, light and dark; the app
// at the door, which changes its language under the volunteer's thumb. Nothing is too wide, nothing serious for
// axe-core, nothing at all for html-validate.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { laptop, launch, openContext, seriousFindings } from './lib/browser.mjs';
import { faultsOf } from './lib/html.mjs';
import { picture } from './lib/looks.mjs';
import { PhoneAtDoor, pairingCode } from './lib/phone.mjs';
import { openHouse } from './lib/turnout.mjs';
import { Visitor, tokenOf } from './lib/visitor.mjs';

const slug = 'immigrant-day-of-action';
const locales = join(import.meta.dirname, '..', 'web', 'locales');
const catalogues = new Map(readdirSync(locales).filter((file) => file.endsWith('.json')).map((file) => [file.replace('.json', ''), JSON.parse(readFileSync(join(locales, file), 'utf8'))]));
const languages = [...catalogues.keys()];
const seenElsewhere = ['en', 'ar']; // in every way: test_look.mjs
const narrow = 320;

const tooWide = (page, what = 'html') => page.locator(what).evaluate((element) => element.scrollWidth - element.clientWidth);

describe('ten languages', () => {
  let house, server, browser, visitor, region, door;

  before(async () => {
    house = await openHouse('sqlite');
    server = await house.serve();
    visitor = new Visitor(server.url);
    browser = await launch();
    [[region]] = await house.query('SELECT code FROM region ORDER BY no LIMIT 1');
  });
  after(async () => {
    await door?.close();
    await browser?.close();
    visitor?.close();
    await house?.close();
  });

  for (const [i, lang] of languages.filter((each) => !seenElsewhere.includes(each)).entries()) {
    const { _meta } = catalogues.get(lang);

    test(`${lang}: each page of a guest, in all of its widths and both grounds`, async () => {
      const answer = await visitor.register(slug, { name: 'Ana بهار 陳', contact: 'email', email: 'ana@example.org', region, option: 'lunch', age_band: 'adult', photo: 'no', lang });
      const token = tokenOf(answer);
      const context = await openContext(browser, server.url, { locale: lang === 'tl' ? 'fil-PH' : lang, viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' });
      const page = await context.newPage();
      const pages = { event: `/e/${slug}`, form: `/e/${slug}/register`, ticket: `/t/${token}`, lost: '/lost-link' };
      const found = [];
      for (const [j, [name, path]] of Object.entries(pages).entries()) {
        const response = await page.goto(`${server.url}${path}`);
        const html = page.locator('html');
        assert.deepEqual([await html.getAttribute('lang'), await html.getAttribute('dir')], [lang, _meta.dir], name);
        found.push(...(await faultsOf(await response.text())).map((fault) => `${name}: ${fault}`));
        if (name !== 'lost')
          await picture(page, `tongue-${lang}-${name}.jpg`);
        for (const width of [390, narrow, laptop.width]) {
          await page.setViewportSize({ width, height: 844 });
          const over = await tooWide(page);
          if (over > 0)
            found.push(`${name}: ${over} px too wide at ${width}`);
        }
        await page.setViewportSize((i + j) % 2 === 0 ? { width: 390, height: 844 } : laptop);
        await page.emulateMedia({ colorScheme: (i + (j >> 1)) % 2 === 0 ? 'light' : 'dark' });
        if (name !== 'lost' && name !== 'event') // an event's page has nothing that the others have not
          found.push(...(await seriousFindings(page)).map((finding) => `${name}: ${finding}`));
        await page.setViewportSize({ width: 390, height: 844 });
        await page.emulateMedia({ colorScheme: 'light' });
      }
      assert.deepEqual(found, []);
      assert.deepEqual(context.foreign, []);
      await context.close();
    });
  }

  test('registration with all its parts is at most 30 kB in each, compressed', async () => {
    for (const [lang, texts] of catalogues) {
      const get = (path) => visitor.get(path, { 'Accept-Language': lang, 'Accept-Encoding': 'gzip' });
      const plain = (await visitor.get(`/e/${slug}/register`, { 'Accept-Language': lang })).text;
      assert.ok(plain.includes(texts.form_promise));
      const parts = [`/e/${slug}/register`, ...[...plain.matchAll(/(?:href|src)="(\/a\/[^"]+)"/g)].map(([, path]) => path)];
      const sizes = await Promise.all(parts.map(async (path) => (await get(path)).body.length));
      const bytes = sizes.reduce((sum, size) => sum + size, 0);
      assert.ok(bytes <= 30_000, `${lang}: ${bytes} bytes`);
    }
  });

  test('a page is in the language that a browser asks for under another name', async () => {
    for (const [asked, lang] of [['zh-TW,zh;q=0.9', 'zh-Hant'], ['zh-HK', 'zh-Hant'], ['zh-CN', 'zh-Hans'], ['fil-PH', 'tl'], ['fa-AF', 'fa'], ['ar-EG,en;q=0.5', 'ar']])
      assert.match((await visitor.get(`/e/${slug}`, { 'Accept-Language': asked })).text, new RegExp(`<html lang="${lang}"`), asked);
  });

  test("the staff's room is in the languages that have its words, and offers no other", async () => {
    const { text } = await visitor.get('/staff/sign-in?lang=ar', { 'Accept-Language': 'ar, es;q=0.5' });
    assert.match(text, /<html lang="es" dir="ltr">/);
    assert.deepEqual([...text.matchAll(/hreflang="([\w-]+)"/g)].map(([, lang]) => lang), ['en']);
  });

  test('the app at the door asks to be paired, decides and answers in each', async () => {
    door = new PhoneAtDoor(server.url);
    await door.start();
    await door.page.goto(`${server.url}/door/`);
    await door.screen('pair');
    const speaks = async (lang) => {
      const html = door.page.locator('html');
      assert.deepEqual([await html.getAttribute('lang'), await html.getAttribute('dir')], [lang, catalogues.get(lang)._meta.dir]);
    };
    for (const lang of languages) {
      await door.page.click(`.tongues button[lang="${lang}"]`);
      await speaks(lang);
      assert.equal(await door.page.locator('h1').innerText(), catalogues.get(lang).door_pair_title);
      await door.page.setViewportSize({ width: narrow, height: 640 });
      assert.ok(await tooWide(door.page) <= 0, `pairing in ${lang} is too wide`);
      await door.page.setViewportSize({ width: 390, height: 844 });
      await picture(door.page, `tongue-${lang}-pair.jpg`, { fullPage: false });
    }
    await door.pair(await pairingCode(house, slug, 'lunch', 'supervisor'), 'line A');
    for (const lang of languages) {
      await door.page.evaluate((code) => localStorage.setItem('lang', code), lang);
      await door.page.reload();
      await door.screen('scan');
      await speaks(lang);
      assert.ok(await tooWide(door.page) <= 0, `scanning in ${lang} is too wide`);
      await picture(door.page, `tongue-${lang}-scan.jpg`, { fullPage: false });
      await door.page.click('[data-tool=door_test_title]');
      for (const decision of ['admit_provisional', 'reject_not_booked']) {
        await door.page.click(`[data-practice=${decision}]`);
        const view = door.page.locator(`.answer[data-decision=${decision}]`);
        await view.waitFor();
        await door.page.setViewportSize({ width: narrow, height: 640 });
        const over = await tooWide(door.page, '.answer');
        await door.page.setViewportSize({ width: 390, height: 844 });
        assert.ok(over <= 0, `${decision} in ${lang} is ${over} px too wide`);
        await picture(door.page, `tongue-${lang}-${decision}.jpg`, { fullPage: false });
        await door.page.keyboard.press('Enter');
        await view.waitFor({ state: 'detached' });
      }
      assert.ok(await tooWide(door.page) <= 0, `the self-test in ${lang} is too wide`);
    }
    assert.deepEqual(door.faults, []);
  });
});
