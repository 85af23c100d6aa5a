// Ten languages: each page of a guest and of a captain in each of them and in every state that it has, on a narrow phone,
// a phone and a laptop, light and dark; the app at the door, which changes its language under the volunteer's
// thumb. Nothing is too wide, cut off or in another language, nothing serious for axe-core, nothing at all for html-validate.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { laptop, launch, openContext, seriousFindings } from './lib/browser.mjs';
import { faultsOf } from './lib/html.mjs';
import { OtherTongues, cutOff, said } from './lib/legible.mjs';
import { picture } from './lib/looks.mjs';
import { PhoneAtDoor, pairingCode } from './lib/phone.mjs';
import { Tongues, catalogues, languages, slug } from './lib/tongues.mjs';
import { example, top } from './lib/turnout.mjs';

const phone = { width: 390, height: 844 }, narrow = { width: 320, height: 640 };
const data = (name) => readFileSync(join(top, 'schema', 'data', name), 'utf8');
const wordsOf = (text) => text.match(/\p{Script=Latin}+/gu) ?? [];

// What an event says of itself, each text in all its languages.
function textsOf(part) {
  if (part === null || typeof part !== 'object')
    return [];
  return typeof part.en === 'string' ? [part] : Object.values(part).flatMap(textsOf);
}
const example_ = JSON.parse(readFileSync(example, 'utf8'));
const counties = data('california-regions.csv').trim().split('\n').slice(1).map((line) => line.split(','));
const regions = Object.entries(JSON.parse(data('california-region-names.json'))).map(([code, names]) => ({ en: counties.find(([region]) => region === code)?.[1] ?? names.en, ...names }));
const others = new OtherTongues(catalogues, [...textsOf(example_), ...regions], [
  ...wordsOf(data('california-regions.csv')), ...regions.flatMap((names) => Object.values(names)).flatMap(wordsOf), // towns and counties
  ...example_.delegations.flatMap(({ name }) => wordsOf(name)), ...wordsOf('Ana María Ángeles Tía Minh Đỗ Rosa Benito Chen Luz Joiner One Two Guadalupe Jardín Coro'),
  ...wordsOf('QR PDF SVG JSON CSV UTF ZIP ASL ICS Excel Sheets Windows county Mixteco Zapoteco Triqui Mam Wi Fi iPhone iPad WebAssembly JavaScript https'),
  ...wordsOf('Save as Add to Home Screen Share'), // where the other program does not speak the language
  ...example_.sessions.flatMap(({ checkpoints }) => checkpoints.flatMap(({ name }) => wordsOf(name))), ...wordsOf('Phone'), // what staff called a door and a phone
  ...wordsOf('AM PM'), // so ICU tells the time in Armenian
  ...wordsOf('X x first class'), // what the list's lines say
]);

// Markup is the same in each language, but for what runs to the left: a page that has all its parts in two is not validated ten times.
const isSame = (lang, name) => !['en', 'ar'].includes(lang) && !['event', 'form', 'tickets', 'lost'].includes(name);

// Roles and labels are the same in each language too. Two languages are seen whole, left to right and right to left; of the others
// the pages with the most parts, and the rest in its words and on the narrowest phone, where long words don't fit. TURNOUT_TEST_LOOKS=all:
// each of them whole.
const isWhole = (lang, name) => process.env.TURNOUT_TEST_LOOKS === 'all' || ['en', 'ar'].includes(lang) ||
  ['event', 'form', 'faults', 'tickets', 'change', 'captain', 'captain-faults', 'door-admit'].includes(name);

// What is clean in light is asked for its colours alone in dark: nothing else changes there.
async function judge(page, name, found, whole) {
  for (const viewport of whole ? [narrow, laptop, phone] : [narrow]) {
    await page.setViewportSize(viewport);
    found.push(...(await cutOff(page)).map((fault) => `${name} at ${viewport.width}: ${fault}`));
  }
  if (!whole)
    return;
  found.push(...(await seriousFindings(page)).map((finding) => `${name}: ${finding}`));
  await page.emulateMedia({ colorScheme: 'dark' });
  found.push(...(await seriousFindings(page, ['color-contrast'])).map((finding) => `${name}, dark: ${finding}`));
  await page.emulateMedia({ colorScheme: 'light' });
}

async function speaks(page, lang) {
  const html = page.locator('html');
  assert.deepEqual([await html.getAttribute('lang'), await html.getAttribute('dir')], [lang, catalogues.get(lang)._meta.dir], page.url());
}

describe('ten languages', () => {
  let tongues, browser, visitor, door;

  before(async () => {
    tongues = await Tongues.open();
    visitor = tongues.visitor;
    browser = await launch();
  });
  after(async () => {
    await door?.close();
    await browser?.close();
    await tongues?.close();
  });

  describe('each page of a guest and of a captain, in all of its states', { concurrency: 2 }, () => {
    for (const lang of languages)
      test(`in ${lang}`, async () => {
        const context = await openContext(browser, tongues.url, { locale: lang === 'tl' ? 'fil-PH' : lang, viewport: phone, reducedMotion: 'reduce' });
        const page = await context.newPage();
        const found = [];
        for (const [name, { path, status = 200, see, also }] of Object.entries(await tongues.pages(lang))) {
          const answer = see ? await see(page) : await page.goto(tongues.url + path);
          assert.equal(answer.status(), status, name);
          await speaks(page, lang);
          if (!isSame(lang, name))
            found.push(...(await faultsOf(await answer.text())).map((fault) => `${name}: ${fault}`));
          await also?.(page);
          await picture(page, `tongue-${lang}-${name}.jpg`);
          found.push(...others.find(lang, await said(page)).map((fault) => `${name}: ${fault}`));
          await judge(page, name, found, isWhole(lang, name));
        }
        assert.deepEqual(found, []);
        assert.deepEqual(context.foreign, []);
        await context.close();
      });
  });

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
    door = new PhoneAtDoor(tongues.url);
    await door.start();
    await door.page.goto(`${tongues.url}/door/`);
    await door.screen('pair');
    const found = [], { page } = door;
    // one ground, for the sun
    const see = async (name, lang, within) => {
      await speaks(page, lang);
      found.push(...others.find(lang, await said(page)).map((fault) => `${name} in ${lang}: ${fault}`));
      const whole = isWhole(lang, `door-${name}`);
      for (const viewport of whole ? [narrow, laptop, phone] : [narrow]) {
        await page.setViewportSize(viewport);
        found.push(...(await cutOff(page, within)).map((fault) => `${name} in ${lang} at ${viewport.width}: ${fault}`));
      }
      if (whole)
        found.push(...(await seriousFindings(page)).map((finding) => `${name} in ${lang}: ${finding}`));
      await picture(page, `tongue-${lang}-door-${name}.jpg`, { fullPage: false });
    };
    for (const lang of languages) {
      await page.click(`.tongues button[lang="${lang}"]`);
      assert.equal(await page.locator('h1').innerText(), catalogues.get(lang).door_pair_title);
      await see('pair', lang);
    }
    await door.pair(await pairingCode(tongues.house, slug, 'lunch', 'supervisor'), 'line A');
    for (const lang of languages) {
      await page.evaluate((code) => localStorage.setItem('lang', code), lang);
      await page.reload();
      await door.screen('scan');
      await see('scan', lang);
      await page.click('[data-tool=door_test_title]');
      await see('self-test', lang);
      for (const decision of ['admit', 'admit_provisional', 'reject_not_booked', 'reject_signature']) {
        await page.click(`[data-practice=${decision}]`);
        const view = page.locator(`.answer[data-decision=${decision}]`);
        await view.waitFor();
        await see(decision, lang, '.answer');
        await page.keyboard.press('Enter');
        await view.waitFor({ state: 'detached' });
      }
    }
    assert.deepEqual(found, []);
    assert.deepEqual(door.faults, []);
  });
});
