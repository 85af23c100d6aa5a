// Several people in one registration, in Debian's Chromium: a family of four in Arabic, with and without
// JavaScript; by keyboard alone, in Spanish; one person in at most six answers; an elder without e-mail. And what
// the form looks like in each of its states.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { laptop, launch, openContext, phone, seriousFindings } from './lib/browser.mjs';
import { RegistrationForm } from './lib/family.mjs';
import { faultsOf } from './lib/html.mjs';
import { picture } from './lib/looks.mjs';
import { readByZbar } from './lib/qr.mjs';
import { daysAhead, example, openHouse } from './lib/turnout.mjs';
import { Visitor } from './lib/visitor.mjs';

describe('family', () => {
  let house, server, browser, visitor;
  const findings = [];

  before(async () => {
    house = await openHouse('sqlite');
    server = await house.serve({ env: { TURNOUT_WEB_ROBOTS: 'on' } });
    visitor = new Visitor(server.url);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    visitor?.close();
    await house?.close();
  });

  async function begin(options) {
    const context = await openContext(browser, server.url, { viewport: phone, ...options });
    const page = await context.newPage();
    return { context, page, form: new RegistrationForm(page, server.url) };
  }
  // The server looks at how fast a form comes back: who is faster than people presses once more.
  async function sendAsAPerson(form) {
    const status = await form.send();
    if (status === 422 && await form.page.locator('.notice:not(.faults) button').count() > 0)
      return form.send();
    return status;
  }
  // Each state as a phone and a laptop show it, light and dark; TURNOUT_TEST_LOOKS=all judges all four, and takes pictures.
  async function judge({ page, html }, name) {
    const all = process.env.TURNOUT_TEST_LOOKS === 'all';
    for (const [width, viewport] of Object.entries({ phone, laptop })) {
      await page.setViewportSize(viewport);
      for (const colorScheme of all ? ['light', 'dark'] : [width === 'phone' ? 'light' : 'dark']) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await picture(page, `form-${name}-${width}-${colorScheme}.png`);
        for (const finding of await seriousFindings(page))
          findings.push(`${name}, ${width}, ${colorScheme}: ${finding}`);
      }
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wide <= 0, `${name}: ${wide} px too wide at a ${width}`);
    }
    await page.setViewportSize(phone);
    findings.push(...(await faultsOf(html)).map((fault) => `${name}: ${fault}`));
  }
  const ticketsOf = async (page) => {
    const token = /^\/t\/([\w-]{39})$/.exec(new URL(page.url()).pathname)?.[1];
    assert.ok(token, page.url());
    const texts = [];
    for (let n = 1; n <= await page.locator('article.ticket').count(); n++) {
      const text = (await visitor.get(`/t/${token}/${n}.txt`)).text.trim();
      assert.equal(readByZbar((await visitor.get(`/t/${token}/${n}.png`)).body), text);
      texts.push(text);
    }
    return texts;
  };
  const rowsOf = async (names) => (await house.query(`SELECT a.age_band, o.code, a.lang, COALESCE((SELECT MIN(s.code || '/' || COALESCE(b.stop_no, 0)) FROM booking b
    JOIN session s ON s.event = b.event AND s.no = b.session_no WHERE b.attendee = a.id AND b.stop_no > 0), '') FROM attendee a
    JOIN option o ON o.event = a.event AND o.no = a.option_no ORDER BY a.no`)).slice(-names);

  for (const javaScriptEnabled of [false, true]) {
    test(`a family of four, in Arabic, ${javaScriptEnabled ? 'with' : 'without'} JavaScript: four tickets`, async () => {
      const { context, page, form } = await begin({ javaScriptEnabled });
      const names = ['ليلى حدّاد', 'Samir Haddad', 'نور', 'Yusuf 😀'];
      assert.equal(await form.open('?lang=ar'), 200);
      const lang = await page.locator('html').getAttribute('lang');
      assert.equal(await form.people(), 0);
      await form.fill('name', names[0]);
      await form.fill('email', 'layla@example.org');
      await form.field('region').selectOption({ index: 4 });
      await form.choose('option', 'travel-lunch');
      await form.choose('stop', 'bus-valley/2');
      await form.choose('photo', 'yes');

      assert.equal(await form.add(), 200);
      assert.equal(await page.evaluate(() => document.activeElement.name), 'name_2', 'the new person is where one writes on');
      await form.fill('name_2', names[1]);
      await form.add();
      await form.fill('name_3', names[2]);
      await form.choose('age_band_3', '16-17');
      await form.field('guardian_3').selectOption('paper');
      assert.equal(await form.press(form.button('own', 3)), 200);
      assert.ok(await page.locator('[name="option_3"][value="travel-lunch"]').isChecked(), 'begins with what the first chose');
      await form.choose('option_3', 'general');
      await form.add();
      await form.fill('name_4', names[3]);
      await form.choose('age_band_4', 'under-16');
      assert.deepEqual(await form.field('guardian_4').locator('option').evaluateAll((all) => all.map(({ value, selected }) => `${value}${selected ? '*' : ''}`)),
        ['', '1*', '2', 'delegation', 'paper', 'named'], 'the adults of the form stand first; a minor is none');
      await form.field('guardian_4').selectOption('2');
      await form.unfold(4);
      await form.choose('access_4', 'quiet-room');
      await form.fill('access_text_4', 'يحتاج إلى مكان هادئ');

      // one too many, and gone again; nothing else moves
      const before = await form.values();
      await form.add();
      assert.equal(await form.people(), 4);
      await form.press(form.button('remove', 5));
      assert.deepEqual(await form.values(), before);
      assert.equal(await page.locator('html').getAttribute('lang'), lang);
      if (javaScriptEnabled)
        await judge(form, 'family');

      assert.equal(await sendAsAPerson(form), 200);
      assert.deepEqual(await page.locator('article.ticket h2').allTextContents(), names);
      assert.equal(new Set(await ticketsOf(page)).size, 4);
      assert.deepEqual(await rowsOf(4), [['0', 'travel-lunch', lang, 'bus-valley/2'], ['0', 'travel-lunch', lang, 'bus-valley/2'], ['1', 'general', lang, ''], ['2', 'travel-lunch', lang, 'bus-valley/2']]);
      assert.deepEqual(context.foreign, []);
      await context.close();
    });
  }

  test('what is wrong with one of the family is told on top, and leads to the field; nothing is lost', async () => {
    const { context, page, form } = await begin({ locale: 'en-US' });
    await form.open();
    await form.choose('contact', 'none');
    await form.choose('option', 'general');
    await form.fill('name', 'Ana');
    await form.add();
    await form.choose('age_band_2', 'under-16');
    await form.add();
    await form.fill('name_3', 'Ben');
    await form.choose('age_band_3', '16-17');
    await form.field('guardian_3').selectOption('named');
    await form.fill('guardian_name_3', 'x'.repeat(200));
    await form.unfold(3);
    await form.fill('emergency_phone_3', 'no number');
    assert.equal(await sendAsAPerson(form), 422);
    const links = await page.locator('.faults a').evaluateAll((all) => all.map((link) => [link.getAttribute('href'), link.textContent]));
    assert.deepEqual(links.map(([target]) => target), ['#region', '#name_2', '#emergency_phone_3']);
    assert.match(links[1][1], /2/);
    for (const [target] of links) {
      await page.locator(`.faults a[href="${target}"]`).click();
      assert.ok(await page.locator(target).isVisible());
      assert.equal(await page.locator(target).getAttribute('aria-invalid'), 'true');
    }
    assert.equal(await form.field('guardian_name_3').inputValue(), 'x'.repeat(200));
    await judge(form, 'faults');
    await form.field('region').selectOption({ index: 2 });
    await form.fill('name_2', 'Bibi');
    await form.field('guardian_2').selectOption('1');
    await form.fill('emergency_phone_3', '916 555 0100');
    assert.equal(await sendAsAPerson(form), 200);
    assert.equal(await page.locator('article.ticket').count(), 3);
    await context.close();
  });

  test('one person touches at most six fields, and has a ticket with a seat on the bus', async () => {
    const { context, page, form } = await begin({ locale: 'en-US' });
    await form.open();
    await page.evaluate(() => {
      globalThis.touched = new Set();
      document.addEventListener('change', ({ target }) => globalThis.touched.add(target.name));
    });
    await judge(form, 'fresh');
    await form.fill('name', 'Guadalupe Ríos');
    await form.fill('email', 'guadalupe@example.org');
    await form.field('region').selectOption({ index: 3 });
    await form.choose('option', 'travel-lunch');
    await form.choose('stop', 'bus-bay/2');
    await page.locator('main form button[type="submit"]:not([name])').last().focus();
    const touched = await page.evaluate(() => [...globalThis.touched]);
    assert.ok(touched.length >= 4 && touched.length <= 6, touched.join());
    assert.equal(await sendAsAPerson(form), 200);
    assert.equal((await ticketsOf(page)).length, 1);
    await context.close();
  });

  test('an elder without e-mail and phone keeps the page', async () => {
    const { context, page, form } = await begin({ locale: 'en-US', javaScriptEnabled: false });
    await form.open();
    await form.fill('name', 'Doña Amparo');
    await form.choose('contact', 'none');
    await form.field('region').selectOption({ index: 3 });
    await form.choose('option', 'general');
    assert.equal(await sendAsAPerson(form), 200);
    assert.equal((await ticketsOf(page)).length, 1);
    assert.match((await page.locator('main').textContent()), /Keep this page, take a picture of it, or print it/);
    assert.deepEqual((await house.query("SELECT COUNT(*) FROM outbox WHERE attendee = (SELECT MAX(id) FROM attendee)"))[0], ['0']);
    await context.close();
  });

  test('by keyboard alone, in Spanish: two people, and a mistake mended from the list on top', async () => {
    const { context, page, form } = await begin({ locale: 'es-MX' });
    const { keyboard } = page;
    await form.open();
    assert.equal(await page.locator('html').getAttribute('lang'), 'es');
    await keyboard.press('Tab');
    await keyboard.press('Enter'); // past the head
    await form.tabTo('name');
    await keyboard.type('Socorro Núñez');
    await form.tabTo('contact');
    await keyboard.press('ArrowDown'); // by phone
    await form.tabTo('phone');
    await keyboard.type('no tengo');
    await form.tabTo('region');
    await keyboard.press('ArrowDown');
    await form.tabTo('option');
    await keyboard.press('Space');
    await form.tabTo('add');
    assert.equal(await form.enter(), 200);
    assert.equal(await page.evaluate(() => document.activeElement.name), 'name_2');
    await keyboard.type('Lupita');
    await form.tabTo('age_band_2');
    await keyboard.press('ArrowDown');
    await keyboard.press('ArrowDown'); // under 16; Socorro is the adult
    await form.tabTo('main .act button:not([name])');
    let status = await form.enter();
    if (await page.locator('.faults').count() === 0) { // faster than people are: pressed once more
      await form.tabTo('.notice button');
      status = await form.enter();
    }
    assert.equal(status, 422);
    assert.equal(await page.locator('.faults a').count(), 1);
    await form.tabTo('.faults a');
    await keyboard.press('Enter');
    await form.tabTo('phone');
    assert.equal(await form.field('phone').inputValue(), 'no tengo');
    await keyboard.press('Control+A');
    await keyboard.type('+52 951 555 0101');
    status = await form.enter(); // from within a field: it registers, it adds nobody
    assert.equal(status, 200);
    assert.equal((await ticketsOf(page)).length, 2);
    assert.deepEqual((await rowsOf(2)).map(([band, , lang]) => [band, lang]), [['0', 'es'], ['2', 'es']]);
    await context.close();
  });

  // The example with other dates or places, beside it.
  async function loadAs(newSlug, ahead, change = () => {}) {
    const definition = JSON.parse(readFileSync(example, 'utf8'));
    definition.slug = newSlug;
    change(definition);
    const file = join(house.dir, `${newSlug}.json`);
    writeFileSync(file, JSON.stringify(definition));
    await house.do(['schema', 'load', file, '--starts', daysAhead(ahead)]);
    await visitor.get(`/e/${newSlug}`);
  }

  test('what is full says so, and the next one is offered first and preset', async () => {
    await loadAs('full', 120, ({ options, sessions }) => {
      options[0].capacity = 50;
      sessions.find(({ code }) => code === 'bus-south').capacity = 0;
      options[1].capacity = 0;
      options[1].waitlist = true;
      options[2].capacity = 0;
    });
    const { context, page } = await begin({ locale: 'en-US' });
    const form = new RegistrationForm(page, server.url, '/e/full/register');
    assert.equal(await form.open(), 200);
    const shown = await page.locator('[name="option"]').evaluateAll((all) => all.map(({ value, disabled }) => `${value}${disabled ? ' shut' : ''}`));
    assert.deepEqual(shown, ['travel-lunch', 'lunch', 'general shut', 'late shut']);
    const said = (value) => page.locator(`label:has([name="option"][value="${value}"])`).textContent();
    assert.match(await said('lunch'), /Full: join the waiting list/);
    assert.match(await said('general'), /Full/);
    assert.match(await said('late'), /Opens on/);
    assert.ok(await page.locator('[name="option"][value="travel-lunch"]').isChecked(), 'the one that is left is preset');
    assert.ok(await page.locator('[name="stop"][value="bus-south/1"]').isDisabled());
    assert.ok(await page.locator('[name="stop"][value="bus-valley/1"]').isChecked(), 'the next bus is');
    await judge(form, 'full');
    await context.close();
  });

  test('when registration is closed, the page says since when', async () => {
    await loadAs('closed', -30);
    const { context, page } = await begin({ locale: 'en-US' });
    const form = new RegistrationForm(page, server.url, '/e/closed/register');
    assert.equal(await form.open(), 200);
    assert.equal(await page.locator('#form').count(), 0);
    assert.match(await page.locator('.notice').textContent(), /closed/i);
    await judge(form, 'closed');
    await context.close();
  });

  test('nothing serious for axe-core, and nothing at all for html-validate, in any state of the form', () => {
    assert.deepEqual(findings, []);
  });
});
