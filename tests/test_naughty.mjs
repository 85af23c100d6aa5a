// Names that break programs: of every script, longer than a screen, with marks that turn the direction, with what
// other programs take for code. Each comes back as it was written, byte for byte, from the form, the ticket's page and the
// roster; and no script ever runs.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { launch, openContext, phone } from './lib/browser.mjs';
import { slug } from './lib/family.mjs';
import { openHouse } from './lib/turnout.mjs';
import { Visitor, readForm, tokenOf, valueOf } from './lib/visitor.mjs';

const names = [
  // scripts
  'Nguyễn Thị Ánh Nguyệt', 'Ñandú Güiraldes', 'Ιωάννα Παπαδοπούλου', 'Дарья Ёлкина', 'Անահիտ Հակոբյան', 'نسرین رستمی‌پور', 'عبد الرحمٰن بن عوف',
  'דוד בן־גוריון', 'প্রিয়া দাশগুপ্ত', 'கிருஷ்ணன்', 'ស៊ីណូ', 'မောင်', 'ᏣᎳᎩ', '王小明', '陳綺貞', '홍길동', 'さくら', '𠮷野家', 'Zoë 🦋 👩🏽‍🌾👨‍👩‍👧‍👦🇲🇽', 'ʻOkina Kahoʻolawe',
  // direction, width, weight
  'ab\u202Ecd\u202C ef', '\u200Fمريم\u200E Smith', 'a\u2066b\u2069c', 'z\u0351\u0352\u0357\u035Balgo', '𝕬𝖓𝖆 𝓜𝓪𝓻í𝓪', 'Ａｎａ', 'N'.repeat(200), '名'.repeat(200),
  // code
  '<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "'; DROP TABLE attendee; --", '{{constructor}} {{{html}}} {{> form}}', '${7*7} #{7*7} <%= 7*7 %>',
  'javascript:alert(1)', '</textarea></title></svg><svg onload=alert(1)>', '&lt;b&gt; &amp;amp; &#x41;', 'a,"b",\'c\'', '=HYPERLINK("http://x.example","y")', '@SUM(1+1)*cmd|', '%n%s%x %00 \\u0000 \\x41',
];

// With an override a name could turn around what stands beside it: of all marks these alone are taken out.
const taken = (name) => name.replace(/[\u202A-\u202E\u2066-\u2069]/g, '');

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
  async function pageOf(happened) {
    const context = await openContext(browser, server.url, { viewport: phone });
    const page = await context.newPage();
    page.on('dialog', (dialog) => { happened.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
    page.on('console', (line) => { if (/Content Security Policy/.test(line.text())) happened.push(line.text()); });
    page.on('pageerror', (error) => happened.push(String(error)));
    return { context, page };
  }

  for (let half = 0; half < 2; half++) {
    test(`twenty of them on one form, ${half + 1}: kept by the form, shown by the page, printed`, async () => {
      const family = names.slice(half * 20, half * 20 + 20), happened = [];
      assert.equal(family.length, 20);
      const answers = { contact: 'none', option: 'general', region: '', access_text: family.join(' ').slice(0, 400) };
      family.forEach((name, i) => { answers[nameOf(i)] = name; });
      const first = await visitor.submit(`/e/${slug}/register`, Visitor.fill(await visitor.form(slug), answers));
      assert.equal(first.status, 422, 'the region is missing');
      const kept = readForm(first.text, ({ fields }) => fields.some(([name]) => name === 'submission'));
      assert.deepEqual(family.map((_, i) => valueOf(kept.fields, nameOf(i))), family);

      const { context, page } = await pageOf(happened);
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
      assert.deepEqual(happened, []);
      assert.deepEqual(context.foreign, []);
      await context.close();

      const paper = await visitor.get(`/t/${token}/all.pdf`);
      assert.equal(paper.status, 200);
      assert.equal(paper.body.subarray(0, 5).toString(), '%PDF-');
    });
  }

  test('the roster has each as it was written; what a spreadsheet would compute has a mark before it', async () => {
    const csv = await house.do(['report', 'roster', '--event', slug, '--format', 'csv']);
    const quoted = (name) => {
      const safe = /^[=+\-@]/.test(name) ? `'${name}` : name;
      return /[,"\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    };
    for (const name of names.map(taken))
      assert.ok(csv.includes(`,${quoted(name)},`), name);
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
