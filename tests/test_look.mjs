// Every page as people see it: at phone and laptop width, light and dark, in English and Arabic (the other
// languages are seen by test_languages.mjs). axe-core finds nothing serious, html-validate nothing at all.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { laptop, launch, openContext, phone, seriousFindings } from './lib/browser.mjs';
import { faultsOf } from './lib/html.mjs';
import { picture } from './lib/looks.mjs';
import { openHouse, top } from './lib/turnout.mjs';
import { Visitor, tokenOf } from './lib/visitor.mjs';

const slug = 'immigrant-day-of-action';
const widths = { phone, laptop };
const languages = ['en', 'ar'];

describe('look', () => {
  let house, server, browser, visitor, region, token;

  before(async () => {
    house = await openHouse('sqlite');
    server = await house.serve();
    visitor = new Visitor(server.url);
    browser = await launch();
    [[region]] = await house.query('SELECT code FROM region ORDER BY no LIMIT 1');
    token = tokenOf(await visitor.register(slug, { name: 'Guadalupe Ríos', contact: 'none', region, option: 'general', age_band: 'adult', photo: 'no' }));
  });
  after(async () => {
    await browser?.close();
    visitor?.close();
    await house?.close();
  });

  const open = async (page, path) => (await page.goto(`${server.url}${path}`)).status();
  const pages = {
    event: { status: 200, see: (page) => open(page, `/e/${slug}`) },
    form: { status: 200, see: (page) => open(page, `/e/${slug}/register`) },
    faults: { status: 422, see: async (page) => {
      await open(page, `/e/${slug}/register`);
      await page.locator('[name="contact"][value="email"]').check();
      await page.locator('[name="email"]').fill('guadalupe at example');
      const [answer] = await Promise.all([page.waitForNavigation(), page.locator('main form button[type="submit"]:not([name])').last().click()]);
      return answer.status();
    } },
    ticket: { status: 200, see: (page) => open(page, `/t/${token}`) },
    error: { status: 404, see: (page) => open(page, '/nothing-here') },
  };

  for (const [name, { status, see }] of Object.entries(pages)) {
    for (const lang of languages) {
      test(`${name} in ${lang}: seen at both widths, light and dark; nothing serious for axe-core`, async () => {
        const findings = new Set();
        for (const [width, viewport] of Object.entries(widths)) {
          const context = await openContext(browser, server.url, { locale: lang === 'ar' ? 'ar-EG' : 'en-US', viewport });
          const page = await context.newPage();
          assert.equal(await see(page), status);
          assert.equal(await page.locator('html').getAttribute('lang'), lang);
          for (const scheme of ['light', 'dark']) {
            await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
            await picture(page, `${name}-${lang}-${width}-${scheme}.png`);
            for (const finding of await seriousFindings(page))
              findings.add(`${width}, ${scheme}: ${finding}`);
          }
          const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          assert.ok(overflow <= 0, `${width}: ${overflow} px too wide`);
          assert.deepEqual(context.foreign, []);
          await context.close();
        }
        assert.deepEqual([...findings], []);
      });
    }
  }

  test('the form stays usable on a narrow phone at four times the size', async () => {
    const context = await openContext(browser, server.url, { viewport: { width: 320, height: 640 } });
    const page = await context.newPage();
    await open(page, `/e/${slug}/register`);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(overflow <= 0, `${overflow} px too wide`);
    await context.close();
  });

  test('by keyboard alone, the first stop leads past the head of the page', async () => {
    const context = await openContext(browser, server.url, { viewport: laptop });
    const page = await context.newPage();
    await open(page, `/e/${slug}/register`);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('href')), '#main');
    await context.close();
  });

  test('html-validate finds nothing on any page', async () => {
    const found = [];
    for (const lang of languages) {
      const headers = { 'Accept-Language': lang };
      const fields = Visitor.fill(await visitor.form(slug, headers), { contact: 'email', email: 'x', region, option: 'general' });
      const all = {
        event: await visitor.get(`/e/${slug}`, headers),
        form: await visitor.get(`/e/${slug}/register`, headers),
        faults: await visitor.submit(`/e/${slug}/register`, fields, headers),
        ticket: await visitor.get(`/t/${token}`, headers),
        error: await visitor.get('/nothing-here', headers),
      };
      for (const [name, { text }] of Object.entries(all))
        found.push(...(await faultsOf(text)).map((fault) => `${name} in ${lang}: ${fault}`));
    }
    assert.deepEqual(found, []);
  });

  test('registration with all its parts is at most 30 kB, compressed, in every language', async () => {
    const wanted = { 'Accept-Encoding': 'gzip' }, sizes = [];
    for (const file of readdirSync(join(top, 'web', 'locales'))) {
      const path = `/e/${slug}/register?lang=${file.replace('.json', '')}`;
      const parts = (await visitor.get(path)).text.matchAll(/(?:href|src)="(\/a\/[^"]+)"/g);
      let bytes = 0;
      for (const part of [path, ...Array.from(parts, ([, part]) => part)])
        bytes += (await visitor.get(part, wanted)).body.length;
      sizes.push([bytes, file]);
    }
    const [most] = sizes.sort(([one], [other]) => other - one);
    assert.ok(most[0] <= 30_000, most.join(' bytes in '));
    console.log(`# the registration page: ${most.join(' bytes in ')}`);
  });
});
