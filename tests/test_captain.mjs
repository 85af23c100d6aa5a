// A captain and their group, in Debian's Chromium: an organisation registers, thirty lines of a list with three that are wrong
// are mended in the page, the tickets are printed and read again, somebody comes later, somebody else asks to
// join. In two languages, by scripts and without; then what must not work.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { laptop, launch, openContext, phone, seriousFindings } from './lib/browser.mjs';
import { faultsOf } from './lib/html.mjs';
import { picture } from './lib/looks.mjs';
import { readPdf } from './lib/qr.mjs';
import { openHouse } from './lib/turnout.mjs';
import { Visitor, readForm, tokenOf } from './lib/visitor.mjs';

const slug = 'immigrant-day-of-action';
const people = Array.from({ length: 30 }, (_, i) => `Persona ${String.fromCharCode(65 + i % 26)}${i} Núñez`);
const wrong = { 4: { email: 'nobody at example' }, 11: { option: 'first class' }, 22: { name: '' } };

// As Excel writes it where numbers have a comma: semicolons, a byte order mark.
const list = (columns) => `\ufeff${columns}\r\n${people.map((name, i) => {
  const row = { name, email: '', option: 'general', ...wrong[i + 2] };
  return `${row.name};${row.email};${row.option};17`;
}).join('\r\n')}\r\n`;

describe('captain', { concurrency: false }, () => {
  let house, server, browser, visitor;

  before(async () => {
    house = await openHouse('sqlite');
    await house.do(['schema', 'staff', 'add', 'olga', '--event', slug, '--role', 'owner', '--password-stdin'], { input: 'a long enough passphrase\n' });
    server = await house.serve();
    visitor = new Visitor(server.url);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    visitor?.close();
    await house?.close();
  });

  const count = async () => (await house.query("SELECT count(*) FROM attendee WHERE state = 'active'"))[0][0];
  // A connection that was idle for long may be closed at the other end.
  const refresh = () => {
    visitor.close();
    visitor = new Visitor(server.url);
  };
  const press = async (page, locator) => (await Promise.all([page.waitForNavigation(), locator.click()]))[0];
  const submitOf = (page, action) => page.locator(`form[action$="${action}"] button[type="submit"]`).last();

  // A page as people see it; nothing serious for axe-core, nothing at all for html-validate. Without scripts its text alone.
  async function look(page, name, dark = false) {
    assert.deepEqual(await faultsOf(await page.html), [], name);
    if (!page.scripted)
      return;
    const findings = new Set();
    for (const [width, viewport] of Object.entries({ phone, laptop })) {
      await page.setViewportSize(viewport);
      for (const scheme of dark && width === 'phone' ? ['light', 'dark'] : ['light']) {
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
        await picture(page, `${name}-${width}-${scheme}.png`);
        if (dark || width === 'phone')
          (await seriousFindings(page)).forEach((finding) => findings.add(`${name}, ${width}, ${scheme}: ${finding}`));
      }
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wide <= 0, `${name}, ${width}: ${wide} px too wide`);
    }
    assert.deepEqual([...findings], []);
  }
  // A page that remembers what the server sent, and not what the browser made of it.
  async function pageOf(context) {
    const page = await context.newPage();
    page.on('response', (response) => {
      if (response.request().isNavigationRequest() && (response.headers()['content-type'] ?? '').startsWith('text/html'))
        (page.html = response.text()).catch(() => {}); // of a page that is left already nobody asks
    });
    return page;
  }

  async function found(page, lang, group) {
    await page.goto(`${server.url}/e/${slug}/delegation?lang=${lang}`);
    await look(page, `group-form-${lang}`);
    for (let i = 0; i < 2; i++) { // whoever is that fast is asked once more
      await page.locator('[name="org"]').fill(group);
      await page.locator('[name="region"]').selectOption({ index: 2 });
      await page.locator('[name="expected"]').fill('32');
      await page.locator('[name="name"]').fill(`Captain of ${group}`);
      await page.locator('[name="phone"]').fill('916 555 0100');
      await page.locator('[name="option"]').selectOption('general');
      await press(page, submitOf(page, '/delegation'));
      if (page.url().includes('/g/'))
        break;
    }
    assert.match(page.url(), /\/g\/[\w-]+\?done=new$/);
    return new URL(page.url()).pathname;
  }

  async function journey(page, lang, columns, group) {
    const home = await found(page, lang, group);
    const file = join(house.dir, '..', `list-${lang}.csv`);
    writeFileSync(file, list(columns));

    // every line is shown before anything is written, the three with their faults on top
    const before = await count();
    await page.locator('[name="file"]').setInputFiles(file);
    await press(page, submitOf(page, '/add'));
    await look(page, `group-faults-${lang}`, true);
    assert.equal(await page.locator('.faults a').count(), 3);
    for (const link of await page.locator('.faults a').all()) {
      const id = (await link.getAttribute('href')).slice(1);
      assert.equal(await page.locator(`[id="${id}"]`).getAttribute('aria-invalid'), 'true');
    }
    assert.equal(await count(), before);
    // pressing on doesn't help
    assert.equal((await press(page, page.locator('button[name="save"]').last())).status(), 422);
    await page.locator('[aria-invalid][name$="_email"]').fill(`mended-${lang}@example.org`);
    await page.locator('[aria-invalid][name$="_option"]').selectOption('general');
    await page.locator('[aria-invalid][name$="_name"]').fill('Mended Ñandú');
    await press(page, page.locator('button[name="save"]').last());
    assert.match(page.url(), /done=added$/);
    assert.equal(await page.locator('.members > li').count(), 31);
    await look(page, `group-${lang}`, true);

    // the same file again adds nobody: its lines are known, but for those that were mended
    await page.locator('[name="file"]').setInputFiles(file);
    await press(page, submitOf(page, '/add'));
    assert.equal(await page.locator('input[name$="_another"]').count(), 29);
    await look(page, `group-again-${lang}`);

    // one comes late, by name alone
    await page.goto(server.url + home);
    await page.locator('[name="names"]').fill('Late Comer');
    await press(page, submitOf(page, '/add'));
    assert.match(page.url(), /done=added$/);
    assert.equal(await page.locator('.members > li').count(), 32);

    // another registers with the code, and waits for the captain
    const code = (await page.locator('.typed-code').first().textContent()).trim();
    let joined;
    refresh();
    for (let i = 0; i < 3 && joined?.status !== 303; i++)
      joined = await visitor.register(slug, { name: `Joiner ${lang}`, contact: 'none', delegation: code, option: 'general', age_band: 'adult', photo: 'no', again: 'yes' });
    assert.equal(joined.status, 303);
    await page.goto(server.url + home);
    await look(page, `group-asks-${lang}`);
    assert.equal(await page.locator('.members > li').count(), 32);
    await press(page, page.locator('button[name="approve"]'));
    assert.equal(await page.locator('.members > li').count(), 33);
    assert.equal(await page.locator('button[name="approve"]').count(), 0);
    return home;
  }

  // The packet, page by page as a scanner reads it.
  async function packet(home) {
    refresh();
    const answer = await visitor.get(`${home}/tickets.pdf`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'application/pdf');
    assert.match(answer.headers['content-disposition'], /"ticket\.pdf"/);
    const pages = await readPdf(answer.body);
    const codes = pages.filter(Boolean);
    assert.equal(pages.length - codes.length, 1, 'the cover');
    assert.equal(codes.length, 33);
    assert.equal(new Set(codes).size, 33, 'each ticket is its own');
    return codes;
  }

  const homes = {};
  test('a list of thirty with three mistakes, mended in the page, printed, one late, one who asks: in Spanish', async () => {
    const context = await openContext(browser, server.url, { locale: 'es-MX', viewport: phone });
    const page = await pageOf(context);
    page.scripted = true;
    homes.es = await journey(page, 'es', 'Nombre completo;Correo;Opción;Edad', 'Vecinos Unidos');
    await packet(homes.es);
    await page.goto(server.url + await page.locator('.members a').nth(3).getAttribute('href'));
    await look(page, 'group-person-es');
    assert.deepEqual(context.foreign, []);
    await context.close();
  });

  test('and without JavaScript, in Chinese', async () => {
    const context = await openContext(browser, server.url, { locale: 'zh-CN', viewport: laptop, javaScriptEnabled: false });
    const page = await pageOf(context);
    homes.zh = await journey(page, 'zh-Hans', '姓名;电子邮件;参加方式;年龄', '阳光邻里会');
    const [one, other] = [await packet(homes.zh), await packet(homes.es)];
    assert.equal(new Set([...one, ...other]).size, 66, 'no ticket is in two packets');
    await context.close();
  });

  /* ---- what must not work ---- */

  const formOf = async (home, tail) => {
    const form = readForm((await visitor.get(home)).text, ({ action }) => action?.endsWith(tail));
    return Object.fromEntries(form.fields);
  };
  function multipart(fields, file) {
    const cut = 'turnout-test-boundary';
    const parts = Object.entries(fields).map(([name, value]) => Buffer.from(`--${cut}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`));
    if (file)
      parts.push(Buffer.from(`--${cut}\r\nContent-Disposition: form-data; name="file"; filename="list.csv"\r\nContent-Type: text/csv\r\n\r\n`), Buffer.from(file), Buffer.from('\r\n'));
    return { body: Buffer.concat([...parts, Buffer.from(`--${cut}--\r\n`)]), headers: { Origin: server.url, 'Content-Type': `multipart/form-data; boundary=${cut}` } };
  }
  const send = async (home, file, change = {}) => visitor.request('POST', `${home}/add`, multipart({ ...await formOf(home, '/add'), names: '', ...change }, file));

  test('a sheet as people have it: titles above the columns, a name in two of them, a total below, a bus that is none', async () => {
    refresh();
    const sheet = ['CASA NORTE, LISTA;;;;', ';;;;', 'First;Last;Phone;Bus;Size', 'Juan;Pérez;(206) 555 01 02;;L', ' María José ;García;206.555.0103;no;S',
      ';;;;', 'Pedro;Ruiz;+1 206-555-0106;nowhere;', 'TOTAL;3;;1;'].join('\r\n');
    const answer = await send(homes.zh, sheet);
    assert.equal(answer.status, 200);
    assert.match(answer.text, /3 people to add[^]*not used: Size[^]*name nobody: 1, 8</);
    for (const name of ['Juan Pérez', 'María José García'])
      assert.match(answer.text, new RegExp(`>${name}<`));
    assert.match(answer.text, /Line 7[^<]*(one|a) of the choices|nowhere/);
    assert.doesNotMatch(answer.text, /CASA NORTE|TOTAL/);
    const faults = answer.text.match(/href="#r\d+_[a-z]+"/g);
    assert.deepEqual(faults, ['href="#r2_stop"']);
  });

  test('what is no list is told in words and changes nothing', async () => {
    refresh();
    const before = await count();
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('Name\tAge\r\nÑusta\t9\r\n', 'utf16le')]);
    for (const [name, file, status, said] of [
      ['five thousand lines', 'name\r\n' + Array.from({ length: 5000 }, (_, i) => `Somebody ${i}`).join('\r\n'), 422, /600/],
      ['ten megabytes', Buffer.alloc(10 * 1024 * 1024, 'a\n'), 413],
      ['a workbook', Buffer.from('PK\x03\x04 and so on'), 422, /workbook/],
      ['a picture', Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256)), 422, /no list/],
      ['nothing', ' \r\n', 422, /no name/],
      ['columns without names', 'E-mail;Age\r\na@example.org;20\r\n', 422, /none of them/],
      ['Excel, UTF-16 and tabs', utf16, 200, /Ñusta/],
      ['Windows-1252', Buffer.from('Name;Age\r\nJos\xe9 \x93Pepe\x94;30\r\n', 'latin1'), 200, /José “Pepe”[\s\S]*old Windows format|old Windows format[\s\S]*José “Pepe”/],
      ['no header', 'Ana Sol\r\nLuz Mar\r\n', 200, /Ana Sol/],
      ['sep=', 'sep=|\r\nName|Age\r\nRío Alto|8\r\n', 200, /Río Alto/],
      ['formulas', 'name\r\n=cmd|\' /C calc\'!A0\r\n"<script>alert(1)</script>"\r\n', 200, /&lt;script&gt;/],
    ]) {
      const answer = await send(homes.zh, file).catch((error) => ({ status: error.code === 'EPIPE' || error.code === 'ECONNRESET' ? 413 : 0, text: '' }));
      assert.equal(answer.status, status, name);
      if (said)
        assert.match(answer.text, said, name);
      if (status !== 413)
        assert.deepEqual(await faultsOf(answer.text), [], name);
      assert.doesNotMatch(answer.text, /<script>alert/);
    }
    assert.equal(await count(), before);
  });

  test('a formula is a name like any other, and text in the list that is given out', async () => {
    const answer = await send(homes.zh, null, { names: '=1+1' });
    assert.equal(answer.status, 303);
    const csv = (await visitor.get(`${homes.zh}/names.csv`)).text;
    assert.match(csv, /^'=1\+1,adult,general,confirmed,no\r$/m);
    assert.doesNotMatch(csv, /Núñez[\s\S]*Vecinos/);
  });

  test('two uploads at once add each person once', async () => {
    const before = Number(await count());
    const fields = await formOf(homes.zh, '/add');
    const names = Array.from({ length: 20 }, (_, i) => `Twin ${i} Unique`).join('\n');
    const both = await Promise.all([1, 2, 3].map(() => visitor.request('POST', `${homes.zh}/add`, multipart({ ...fields, names }))));
    assert.deepEqual(both.map(({ status }) => status).sort().slice(-1), [303]);
    assert.equal(Number(await count()), before + 20);
  });

  test('an upload that breaks off changes nothing', async () => {
    const before = await count();
    const { body, headers } = multipart({ ...await formOf(homes.zh, '/add'), names: 'Half Sent' });
    await assert.rejects(new Promise((resolve, reject) => {
      const request = visitor.http.request(new URL(`${homes.zh}/add`, server.url), { method: 'POST', headers: { ...headers, 'Content-Length': body.length } }, resolve);
      request.on('error', reject);
      request.write(body.subarray(0, body.length - 30));
      setImmediate(() => request.destroy(new Error('broken off')));
    }));
    assert.equal((await visitor.request('POST', `${homes.zh}/add`, { headers, body: body.subarray(0, body.length - 30) })).status, 400);
    assert.equal(await count(), before);
  });

  test('a link that is forged, of another purpose or without its proof opens nothing', async () => {
    const [, id, mac] = /\/g\/([0-9a-f]{16})-(.*)/.exec(homes.zh), [, other, otherMac] = /\/g\/([0-9a-f]{16})-(.*)/.exec(homes.es);
    const ticket = tokenOf(await visitor.register(slug, { name: 'Alone', contact: 'none', option: 'general', region: '1', age_band: 'adult', photo: 'no', again: 'yes' }));
    for (const token of [`${id}-${otherMac}`, `${other}-${mac}`, `${id}-${'A'.repeat(22)}`, ticket, 'x', `${id}-`])
      for (const tail of ['', '/1', '/tickets.pdf', '/names.csv'])
        assert.equal((await visitor.get(`/g/${token}${tail}`)).status, 404);
    const [[theirs]] = await house.query("SELECT no FROM attendee WHERE delegation_no = (SELECT max(delegation_no) - 1 FROM attendee) LIMIT 1");
    assert.equal((await visitor.get(`${homes.es}/${theirs}`)).status, 200);
    assert.equal((await visitor.get(`${homes.zh}/${theirs}`)).status, 404);
    const fields = await formOf(homes.zh, '/add');
    assert.equal((await visitor.submit(homes.es, { csrf: fields.csrf, no: theirs, cancel: 'yes' })).status, 403);
    assert.equal((await visitor.submit(homes.zh, { csrf: fields.csrf, no: theirs, cancel: 'yes' })).headers.location, `${homes.zh}?done=nothing`);
    assert.equal((await visitor.submit(homes.zh, { no: theirs, cancel: 'yes' })).status, 403);
    assert.equal((await visitor.submit(homes.zh, { csrf: fields.csrf, approve_all: 'yes' }, { Origin: 'https://evil.example' })).status, 403);
    assert.equal((await visitor.submit(`${homes.zh}/rows`, { csrf: fields.csrf, rows: '[[1,{"name":3},false]]', save: 'yes' })).status, 400);
  });

  test('whom the captain entered is corrected and deleted; the role goes on, and the old address with it', async () => {
    refresh();
    const nobody = async () => (await house.query('SELECT count(*) FROM sealed s JOIN attendee a ON a.id = s.owner WHERE a.state <> \'active\''))[0][0];
    const [, late] = /href="(\/g\/[^"]+\/\d+)"><bdi>Late Comer/.exec((await visitor.get(homes.zh)).text);
    const fields = Object.fromEntries(readForm((await visitor.get(late)).text, ({ action }) => action === late).fields);
    assert.equal((await visitor.submit(late, { ...fields, name: '' })).status, 422);
    assert.match((await visitor.submit(late, { ...fields, name: 'Later Comer', age_band: 'under-16', guardian: '' })).headers.location, /done=changed$/);
    assert.match((await visitor.get(late)).text, /Later Comer/);
    const no = late.split('/').at(-1), csrf = fields.csrf;
    assert.match((await visitor.submit(homes.zh, { csrf, no, erase: 'yes' })).headers.location, /done=erased$/);
    assert.equal((await visitor.get(late)).status, 404);
    assert.equal(await nobody(), '0');

    // who registered by themselves is not the captain's to change, and can be the next one
    const code = /typed-code" dir="ltr">(\w+)/.exec((await visitor.get(homes.zh)).text)[1];
    const heir = await visitor.register(slug, { name: 'Heir', contact: 'phone', phone: '916 555 0199', delegation: code, option: 'general', age_band: 'adult', photo: 'no', again: 'yes' });
    const page = `/t/${tokenOf(heir)}`;
    assert.doesNotMatch((await visitor.get(page)).text, /J Street/, 'where they meet is told when the captain has approved');
    await visitor.submit(homes.zh, { csrf, approve_all: 'yes' });
    assert.match((await visitor.get(page)).text, /J Street/);
    const [, theirs] = /value="(\d+)">Heir</.exec((await visitor.get(homes.zh)).text);
    assert.match((await visitor.submit(homes.zh, { csrf, no: theirs, erase: 'yes' })).headers.location, /done=nothing$/);
    assert.equal((await visitor.submit(homes.zh, { csrf, no: theirs, hand_over: 'yes' })).status, 200);
    assert.equal((await visitor.get(homes.zh)).status, 404);
    const [, next] = /href="(\/g\/[\w-]+)"/.exec((await visitor.get(page)).text);
    assert.equal((await visitor.get(next)).status, 200);
    homes.zh = next;
  });

  test('staff see every group, and a new link stops the old one', async () => {
    const context = await openContext(browser, server.url, { locale: 'en-US', viewport: laptop });
    const page = await pageOf(context);
    page.scripted = true;
    await page.goto(`${server.url}/staff/sign-in`);
    await page.locator('[name="name"]').fill('olga');
    await page.locator('[name="password"]').fill('a long enough passphrase');
    await press(page, page.locator('main button[type="submit"]'));
    await page.goto(`${server.url}/staff/delegations`);
    await look(page, 'staff-groups');
    assert.equal(await page.locator('mark').count(), 2);
    await press(page, page.getByRole('link', { name: '阳光邻里会', exact: true }));
    await look(page, 'staff-group');
    assert.equal(`${server.url}${homes.zh}`, (await page.locator('.t1 code').textContent()).trim());
    await press(page, submitOf(page, '/link'));
    const link = (await page.locator('.t1 code').textContent()).trim();
    assert.equal((await visitor.get(homes.zh)).status, 404);
    assert.equal((await visitor.get(new URL(link).pathname)).status, 200);
    await page.goto(`${server.url}/staff/delegations`);
    await page.locator('#name').fill('Made By Staff');
    await page.locator('#code').fill('BY-STAFF');
    await press(page, submitOf(page, '/staff/delegations'));
    assert.equal(await page.locator('h1').textContent(), 'Made By Staff');
    await context.close();
  });
});
