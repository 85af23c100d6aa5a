// The same names as they leave the house, and as staff see them: a captain's list, letters, paper, workbooks, the staff's room,
// the app at the door, the terminal.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { launch, laptop, phone } from './lib/browser.mjs';
import { slug } from './lib/family.mjs';
import { picture } from './lib/looks.mjs';
import { cell, names, taken, tooWide, watch, watchedPage } from './lib/naughty.mjs';
import { PhoneAtDoor, pairingCode } from './lib/phone.mjs';
import { Post } from './lib/post.mjs';
import { Scanner, openHouse, run } from './lib/turnout.mjs';
import { Visitor, readForm, unescape } from './lib/visitor.mjs';

const shown = names.map(taken), hard = '</textarea></title></svg><svg onload=alert(1)>';
const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
const sorted = (list) => [...list].sort();

describe('naughty names go out', { concurrency: false }, () => {
  let post, house, server, visitor, browser, home, staff;

  before(async () => {
    post = await Post.open();
    house = await openHouse('sqlite');
    await house.do(['schema', 'staff', 'add', 'olga', '--event', slug, '--role', 'owner', '--password-stdin'], { input: 'violet anchor teapot nine\n' });
    server = await house.serve({ env: { TURNOUT_MAIL_URL: `smtp://127.0.0.1:${post.port}`, TURNOUT_MAIL_FROM: 'tickets@coalition.example' } });
    visitor = new Visitor(server.url);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    visitor?.close();
    await house?.close();
    await post?.close();
  });

  const press = (page, locator) => Promise.all([page.waitForNavigation(), locator.click()]);
  // Nothing ran, nothing was asked of elsewhere, nothing runs out of the page.
  async function sound({ context, page }, name) {
    await page.waitForLoadState();
    for (const [width, viewport] of Object.entries({ laptop, phone })) {
      await page.setViewportSize(viewport);
      await picture(page, `naughty-${name}-${width}.png`);
      assert.ok(await tooWide(page) <= 0, `${name}, ${width}: ${await tooWide(page)} px too wide`);
    }
    assert.deepEqual(page.happened, [], name);
    assert.deepEqual(context.foreign, [], name);
  }
  const textsOf = (page, selector) => page.locator(selector).evaluateAll((all) => all.map(({ textContent }) => textContent));

  test('a captain sees them before and after they are in, as they were written', async () => {
    const { context, page } = await watchedPage(browser, server.url, { viewport: phone, locale: 'en-US' });
    await page.goto(`${server.url}/e/${slug}/delegation`);
    for (let i = 0; i < 2 && !page.url().includes('/g/'); i++) { // whoever is that fast is asked once more
      for (const [name, text] of Object.entries({ org: '<i>Org</i> & "Co"', expected: '50', name: 'Captain', phone: '916 555 0100' }))
        await page.locator(`[name="${name}"]`).fill(text);
      await page.locator('[name="region"]').selectOption({ index: 2 });
      await page.locator('[name="option"]').selectOption('general');
      await press(page, page.locator('form[action$="/delegation"] button[type="submit"]').last());
    }
    home = new URL(page.url()).pathname;
    assert.match(home, /^\/g\//);
    const file = join(house.dir, '..', 'list.csv');
    writeFileSync(file, `\ufeffname,email,option\r\n${names.map((name, i) => `${quoted(name)},plain+${i}@example.org,general`).join('\r\n')}\r\n`);
    await page.locator('[name="file"]').setInputFiles(file);
    await press(page, page.locator('form[action$="/add"] button[type="submit"]').last());
    assert.deepEqual(await textsOf(page, '.members bdi'), shown);
    await sound({ context, page }, 'captain-preview');

    // what is opened to be mended holds it too
    await press(page, page.locator('button[name="edit"]').nth(20));
    assert.equal(await page.locator('input[name$="_name"]').first().inputValue(), shown[20]);
    await press(page, page.locator('button[name="save"]').last());
    assert.match(page.url(), /done=added$/);
    assert.deepEqual(sorted(await textsOf(page, '.members bdi')), sorted([...shown, 'Captain']));
    await sound({ context, page }, 'captain-members');
    for (const name of [shown[3], shown[21], 'N'.repeat(200), hard]) {
      await page.goto(server.url + home);
      await press(page, page.locator('.members a').filter({ has: page.locator(`bdi:text-is(${JSON.stringify(name)})`) }));
      assert.equal(await page.locator('h1 bdi').textContent(), name);
      await sound({ context, page }, `captain-person-${shown.indexOf(name)}`);
    }
    const csv = (await visitor.get(`${home}/names.csv`)).text;
    for (const name of shown)
      assert.ok(csv.includes(`\r\n${cell(name)},`), name);
    await context.close();
  });

  /* ---- letters ---- */

  test('a message that calls each by name reaches their mailbox, as text and as a page', async () => {
    // two who have a phone alone are called
    for (const [i, name] of [hard, 'N'.repeat(200)].entries())
      assert.equal((await visitor.register(slug, { name, contact: 'phone', phone: `916 555 010${i}`, region: '4', option: 'general', age_band: 'adult', photo: 'no' })).status, 303);
    const subject = '=?utf-8?Q?x?= Noticias 🦋 名字 für Žofie', words = '</textarea><script>alert(1)</script> {{nobody}} &amp; <b>{link}</b>';
    staff = await watchedPage(browser, server.url, { viewport: laptop, locale: 'en-US' });
    const { page } = staff;
    await page.goto(`${server.url}/staff/sign-in`);
    await page.locator('[name="name"]').fill('olga');
    await page.locator('[name="password"]').fill('violet anchor teapot nine');
    await press(page, page.locator('main button[type="submit"]'));
    await page.goto(`${server.url}/staff/messages`);
    await page.locator('#subject_en').fill(subject);
    await page.locator('#body_en').fill(`Dear {name},\n\n${words}`);
    await press(page, page.getByRole('button', { name: 'See how many it goes to' }));
    assert.match(await page.locator('section.notice').innerText(), new RegExp(`${names.length} letters · 3 calls`));
    assert.equal(await page.locator('#body_en').inputValue(), `Dear {name},\n\n${words}`);
    assert.equal(await page.locator('#subject_en').inputValue(), subject);
    await sound(staff, 'message-preview');
    await press(page, page.getByRole('button', { name: 'Send now' }));
    await sound(staff, 'message-sent');
    assert.deepEqual(await textsOf(page, '#log + .cards h3 bdi'), [subject]);

    const told = () => post.letters().filter((letter) => letter.header('Subject') === subject);
    await post.until(() => told().length >= names.length, 'all letters', 60_000);
    assert.equal(told().length, names.length);
    for (const letter of told()) {
      const i = Number(/\+(\d+)@/.exec(letter.to)[1]), name = shown[i];
      assert.deepEqual(letter.defects, [], name);
      const [, , dear, blank, rest] = letter.text().split(/\r?\n/); // under "Hello,"
      assert.equal(dear, `Dear ${name},`);
      assert.equal(blank, '');
      assert.match(rest, /^<\/textarea><script>alert\(1\)<\/script> \{\{nobody\}\} &amp; <b>http:\S+\/t\/[\w-]+<\/b>$/);
      const html = letter.text('text/html'), [, greeting] = /<p>(Dear [^]*?)<\/p>/.exec(html);
      assert.doesNotMatch(greeting, /[<>"]/, name);
      assert.equal(unescape(greeting), `Dear ${name},`);
      assert.doesNotMatch(html, /<script|<svg|<img src=x/i);
      assert.ok(name.length < 4 || letter.headers.every(([, value]) => !value.includes(name)), 'no header names anybody');
      const raw = Buffer.from(letter.raw, 'base64').toString('latin1');
      assert.ok(raw.split('\n').every((line) => line.length <= 998), `a line of ${name} is too long for mail servers`);
      assert.match(raw, /^[\t\r\n -~]*$/, 'whatever the way, it arrives');
    }
  });

  /* ---- paper ---- */

  // What poppler makes of a page: text in the order it is read, without the marks that it puts around what runs the other way.
  async function pagesOf(pdf) {
    const file = join(house.dir, '..', 'paper.pdf');
    writeFileSync(file, pdf);
    const { status, stdout } = await run('pdftotext', ['-enc', 'UTF-8', file, '-']);
    assert.equal(status, 0);
    return stdout.split('\f').slice(0, -1).map((text) => text.replace(/[\u200e\u200f\u202a-\u202e]/g, ''));
  }
  const letters = (text) => text.replace(/\p{M}|\s/gu, '');
  const marks = (text) => text.match(/\p{M}/gu);
  const has = (text, ...parts) => parts.every((part) => text.includes(part));
  // Where a reader of PDF can't give back each character, since ink has no place for it, what it gives back at least.
  const otherwise = new Map([
    // the joiner has no ink, and so no place on the page
    ['نسرین رستمی‌پور', (text) => has(text, 'نسرین رستمیپور')],
    // of marks that stand over one letter it is not to be seen which came first, nor which letter's they are from the right; a heap
    // of them stands as high as other lines do
    ...['عبد الرحمٰن بن عوف', 'ស៊ីណូ', 'z\u0351\u0352\u0357\u035Balgo'].map((name) => [name, (text) => has(letters(text), letters(name)) && has(text, ...marks(name))]),
    // emoji are pictures
    ['Zoë 🦋 👩🏽‍🌾👨‍👩‍👧‍👦🇲🇽', (text) => has(text, 'Zoë')],
    // by its own mark this one begins at the right, and its second one takes the blank to the other end
    ['\u200Fمريم\u200E Smith', (text) => has(text, 'مريم', 'Smith')],
  ]);
  const isOn = (text, name) => otherwise.get(name)?.(text) ?? ['', ' '].some((end) => has(text.replace(/\n/g, end), name)); // it may take several lines

  test('paper holds each in its script: a packet of tickets, cards and badges', async () => {
    const pages = await pagesOf((await visitor.get(`${home}/tickets.pdf`)).body);
    assert.equal(pages.length, names.length + 2, 'the cover, the captain, everybody');
    for (const name of shown)
      assert.equal(pages.slice(1).filter((page) => isOn(page, name)).length, name === 'abc' ? 2 : 1, name); // there is an "abcd ef"
    const [cover] = pages;
    for (const name of shown.filter((each) => each.length < 100))
      assert.ok(isOn(cover, name), name);
    for (const layout of ['sheet', 'badges']) {
      const whole = (await pagesOf((await visitor.get(`${home}/tickets.pdf?layout=${layout}&size=a4`)).body)).join('\n');
      for (const name of shown)
        assert.ok(isOn(whole, name), `${name} on ${layout}`);
    }
    // what went with their first letter names nobody
    for (const i of [0, 7, 13, names.length - 1]) {
      const [letter] = post.letters(`plain+${i}@example.org`), [paper] = letter.contents('application/pdf');
      assert.ok(!isOn(`${letter.text()}${(await pagesOf(paper)).join('\n')}`, shown[i]), shown[i]);
    }
  });

  test('the roster holds each as a PDF, as a workbook and as an answer for programs', async () => {
    const [pdf, book] = ['pdf', 'xlsx'].map((kind) => join(house.dir, '..', `roster.${kind}`));
    await house.do(['report', 'roster', '--event', slug, '--format', 'pdf', '--output', pdf]);
    await house.do(['report', 'roster', '--event', slug, '--format', 'xlsx', '--output', book]);
    const { stdout: text } = await run('pdftotext', ['-enc', 'UTF-8', pdf, '-']);
    const whole = text.replace(/[\u200e\u200f\u202a-\u202e]/g, '');
    for (const name of shown) // a narrow column wraps
      assert.ok(otherwise.get(name)?.(whole) ?? has(whole.replace(/\s/g, ''), name.replace(/\s/g, '')), name);
    const script = `import json, sys, openpyxl
print(json.dumps([[c.data_type, c.value] for row in openpyxl.load_workbook(sys.argv[1]).active.rows for c in row]))`;
    const { stdout } = await run('/usr/bin/python3', ['-c', script, book]);
    const cells = JSON.parse(stdout);
    for (const name of shown)
      assert.ok(cells.some(([type, value]) => type === 's' && value === name), name);
    assert.ok(cells.every(([type]) => type !== 'f'), 'nothing is computed');
  });

  /* ---- staff ---- */

  test('staff find each by name, and read it as it was written, in every room', async () => {
    const { context, page } = staff;
    const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
    const form = readForm((await visitor.get('/staff/people', { Cookie: cookie })).text, ({ action }) => action === '/staff/people');
    const numbers = new Map();
    for (const name of shown) {
      const q = [...name].slice(0, 60).join('').trim();
      const { status, text } = await visitor.submit('/staff/people', Visitor.fill(form.fields, { q }), { Cookie: cookie });
      assert.equal(status, 200, name);
      for (const [, no, found] of text.matchAll(/<th scope="row"><a href="\/staff\/people\/(\d+)">([^]*?)<\/a>/g))
        numbers.set(unescape(found), no);
      assert.equal(unescape(/<input id="q"[^>]* value="([^"]*)"/.exec(text)[1]), q);
      if (/[\p{L}\p{N}]/u.test(name))
        assert.ok(numbers.has(name), `${name} is found`);
    }
    for (const name of [shown[3], shown[6], shown[18], shown[21], shown[23], 'N'.repeat(200), '名'.repeat(200), hard, shown[33]]) {
      const i = shown.indexOf(name);
      await page.goto(`${server.url}/staff/people/${numbers.get(name)}`);
      assert.equal(await page.locator('h1').textContent(), name);
      await sound(staff, `person-${i}`);
    }
    await page.setViewportSize(laptop);
    await page.goto(`${server.url}/staff/people`);
    await page.locator('#q').fill('n'.repeat(30));
    await press(page, page.locator('form.find button'));
    assert.ok((await textsOf(page, '.people th a')).includes('N'.repeat(200)));
    assert.ok(await page.locator('.scroll').evaluate((table) => table.scrollWidth <= table.clientWidth), 'their other columns are seen');
    await sound(staff, 'found');
    await post.until(async () => {
      await page.goto(`${server.url}/staff/calls`);
      return await page.locator('.card h2 bdi').count() >= 3;
    }, 'the calls');
    const called = new Set(await textsOf(page, '.card h2 bdi'));
    assert.ok(called.has(hard) && called.has('N'.repeat(200)));
    assert.ok((await textsOf(page, '.card .words')).some((words) => words.includes(`Dear ${hard},`)));
    await sound(staff, 'calls');
    for (const room of ['', '/letters', '/delegations', '/audit', '/fees', '/reports', '/messages']) {
      await page.goto(`${server.url}/staff${room}`);
      await sound(staff, `room${room.replace('/', '-')}`);
    }
    await page.goto(`${server.url}/staff/delegations`);
    assert.ok((await page.locator('main').textContent()).includes('<i>Org</i> & "Co"'));
    await context.close();
  });

  /* ---- the door ---- */

  test('a supervisor at the door finds each, and sees at a check-in whose ticket it is', async () => {
    const door = new PhoneAtDoor(server.url, { film: null }), happened = [];
    try {
      await door.start();
      watch(door.page, happened);
      await door.pair(await pairingCode(house, slug, 'conference', 'supervisor'), 'J Street');
      for (const name of [shown[0], shown[5], shown[8], shown[18], shown[20], 'N'.repeat(200), hard]) {
        await door.page.locator('[data-tool=door_find_title]').click();
        await door.screen('find');
        await door.page.fill('#find', [...name].slice(0, 40).join(''));
        await door.page.press('#find', 'Enter');
        const found = door.page.locator('.found button').filter({ has: door.page.locator(`bdi:text-is(${JSON.stringify(name)})`) }).first();
        await found.click();
        await door.screen('person');
        assert.equal(await door.page.locator('h1').textContent(), name);
        await picture(door.page, `naughty-door-${shown.indexOf(name)}.png`);
        assert.ok(await tooWide(door.page) <= 0, name);
        const before = await door.answer();
        await door.page.locator('[data-do=door_check_in]').click();
        const { seq } = await door.nextAnswer(before);
        await door.page.locator('.answer .row button').last().click(); // whose is it?
        const who = door.page.locator('.answer .who');
        await who.waitFor();
        assert.ok((await who.textContent()).includes(name), `${name} at ${seq}`);
        await picture(door.page, `naughty-door-answer-${shown.indexOf(name)}.png`);
        assert.ok(await tooWide(door.page) <= 0, name);
        await door.open();
      }
      assert.deepEqual(happened, []);
      assert.deepEqual(door.faults, []);
    } finally {
      await door.close();
    }
  });

  test('what is typed at a terminal scanner never comes back to the terminal', async () => {
    const scanner = new Scanner(house, ['--event', slug, '--session', 'conference']);
    for (const line of [...names, '\u001b[2J\u001b]0;owned\u0007', '\u009b31m', '\u0000\u0008\u007f', 'x'.repeat(5000)])
      assert.equal(await scanner.say(line), 'red reject_signature Not our ticket', JSON.stringify(line));
    await scanner.close();
    assert.match(scanner.log, /^[\n -~]*$/);
  });

  test('none of them is in the log', () => {
    for (const { log } of house.servers)
      for (const name of names)
        assert.ok(name.length < 4 || !log.includes(name), name);
  });
});
