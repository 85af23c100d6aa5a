// Names that break programs: of every script, longer than a screen, with marks that turn the direction, with what
// other programs take for code. Each comes back as it was written, byte for byte, from the form, the ticket's page and the
// roster; and no script ever runs.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { launch, phone } from './lib/browser.mjs';
import { slug } from './lib/family.mjs';
import { cell, names, taken, watchedPage } from './lib/naughty.mjs';
import { openHouse } from './lib/turnout.mjs';
import { Visitor, readForm, tokenOf, valueOf } from './lib/visitor.mjs';

describe('naughty', () => {
  let house, server, browser, visitor;

  before(async () => {
    house = await openHouse('sqlite');
    server = await house.serve();
    visitor = new Visitor(server.url);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    visitor?.close();
    await house?.close();
  });

  const nameOf = (i) => (i === 0 ? 'name' : `name_${i + 1}`);
  for (let third = 0; third < 3; third++) {
    test(`a third of them on one form, ${third + 1}: kept by the form, shown by the page, printed`, async () => {
      const each = Math.ceil(names.length / 3), family = names.slice(third * each, (third + 1) * each);
      const answers = { contact: 'none', option: 'general', region: '', access_text: family.join(' ').slice(0, 400) };
      family.forEach((name, i) => { answers[nameOf(i)] = name; });
      const first = await visitor.submit(`/e/${slug}/register`, Visitor.fill(await visitor.form(slug), answers));
      assert.equal(first.status, 422, 'the region is missing');
      const kept = readForm(first.text, ({ fields }) => fields.some(([name]) => name === 'submission'));
      assert.deepEqual(family.map((_, i) => valueOf(kept.fields, nameOf(i))), family);

      const { context, page } = await watchedPage(browser, server.url, { viewport: phone });
      await page.setContent('<p>');
      await page.goto(`${server.url}/e/${slug}/register`);
      await page.locator('[name="name"]').fill(family[0]);
      await page.locator('[name="access_text"]').evaluate((field, text) => { field.value = text; }, answers.access_text);
      for (let i = 1; i < 3; i++) { // as people do it
        await Promise.all([page.waitForNavigation(), page.locator('button[name="add"]').click()]);
        await page.locator(`[name="${nameOf(i)}"]`).fill(family[i]);
      }
      await Promise.all([page.waitForNavigation(), page.locator('button[name="add"]').click()]);
      for (let i = 0; i < 3; i++)
        assert.equal(await page.locator(`[name="${nameOf(i)}"]`).inputValue(), family[i]);
      assert.equal(await page.locator('[name="access_text"]').inputValue(), answers.access_text);

      const sent = await visitor.submit(`/e/${slug}/register`, Visitor.fill(kept.fields, { region: '4' }));
      assert.equal(sent.status, 303);
      const token = tokenOf(sent);
      await page.goto(`${server.url}/t/${token}`);
      assert.deepEqual(await page.locator('article.ticket h2').evaluateAll((all) => all.map(({ textContent }) => textContent)), family.map(taken));
      await page.waitForLoadState('networkidle');
      assert.deepEqual(page.happened, []);
      assert.deepEqual(context.foreign, []);
      await context.close();

      const paper = await visitor.get(`/t/${token}/all.pdf`);
      assert.equal(paper.status, 200);
      assert.equal(paper.body.subarray(0, 5).toString(), '%PDF-');
    });
  }

  test('the roster has each as it was written; what a spreadsheet would compute has a mark before it', async () => {
    const csv = await house.do(['report', 'roster', '--event', slug, '--format', 'csv']);
    for (const name of names.map(taken))
      assert.ok(csv.includes(`,${cell(name)},`), name);
    const { rows } = JSON.parse(`{"rows":${await house.do(['report', 'roster', '--event', slug, '--format', 'json'])}}`);
    const found = new Set((Array.isArray(rows) ? rows : Object.values(rows).flat()).map(({ name }) => name));
    assert.deepEqual(names.map(taken).filter((name) => !found.has(name)), []);
  });

  test('none of them is in the log', () => {
    for (const { log } of house.servers)
      for (const name of names)
        assert.ok(name.length < 4 || !log.includes(name), name);
  });
});
