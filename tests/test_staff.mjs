// The staff's room in a real browser: signing in, who may see what, devices, files, the audit.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { laptop, launch, openContext, phone, seriousFindings } from './lib/browser.mjs';
import { Device, markOf } from './lib/door.mjs';
import { faultsOf } from './lib/html.mjs';
import { picture } from './lib/looks.mjs';
import { openHouse, run } from './lib/turnout.mjs';
import { Visitor, readForm, tokenOf, valueOf } from './lib/visitor.mjs';

const slug = 'immigrant-day-of-action';
const passwords = {
  olga: ['owner', 'violet anchor teapot nine'],
  stan: ['staff', 'maple cellar window tuba'],
  regina: ['region', 'gravel pencil harbor moon'],
  vera: ['viewer', 'lantern turtle biscuit fog'],
};
// What waits to be told to somebody: two calls and a letter.
const contacts = [{ contact: 'phone', phone: '+1 916 555 0100' }, { contact: 'email', email: 'one@example.org' }, { contact: 'phone', phone: '916 555 0102' }];
const seconds = (ms) => new Promise((done) => setTimeout(done, ms));

describe('staff', () => {
  let house, server, browser, visitor, regions;

  const give = (name, [role, password], more = []) =>
    house.do(['schema', 'staff', 'add', name, '--role', role, ...more, '--password-stdin'], { input: `${password}\n` });

  // The cookie of a fresh session: a password is compared, which is meant to take long.
  async function signIn(name, password = passwords[name][1]) {
    const answer = await visitor.submit('/staff/sign-in', { name, password });
    assert.equal(answer.status, 303, answer.text);
    return answer.headers['set-cookie'][0].split(';')[0];
  }

  // The cookie of a session that lasts through the tests.
  const kept = {};
  const cookieOf = (name) => (kept[name] ??= signIn(name));

  const csrfOf = async (cookie) =>
    valueOf(readForm((await visitor.get('/staff', { Cookie: cookie })).text).fields, 'csrf');

  before(async () => {
    house = await openHouse('sqlite');
    regions = (await house.query('SELECT code FROM region ORDER BY no')).map(([code]) => code);
    await give('olga', passwords.olga);
    server = await house.serve();
    visitor = new Visitor(server.url);
    for (const name of ['stan', 'vera'])
      await give(name, passwords[name]); // while the server runs
    await give('regina', passwords.regina, ['--region', regions[1]]);
    for (let i = 0; i < 12; i++)
      assert.ok(tokenOf(await visitor.register(slug, { name: `Person ${i}`, ...contacts[i] ?? { contact: 'none' }, region: regions[i % 3], option: 'general', age_band: 'adult', photo: 'no' })));
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    visitor?.close();
    await house?.close();
  });

  test('a wrong password and a name that nobody has get the same answer', async () => {
    const answers = [];
    for (const fields of [{ name: 'olga', password: 'not this one at all' }, { name: 'olgu', password: 'not this one at all' }]) {
      const answer = await visitor.submit('/staff/sign-in', fields);
      answers.push([answer.status, answer.headers['set-cookie'], answer.text.replace(/value="olg."/, '')]);
    }
    assert.deepEqual(answers[0], answers[1]);
    assert.equal(answers[0][0], 422);
    assert.equal(answers[0][1], undefined);
  });

  test('a session is a random cookie that scripts and other sites can not have', async () => {
    const answer = await visitor.submit('/staff/sign-in', { name: 'OLGA ', password: passwords.olga[1] });
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.location, '/staff');
    const [cookie] = answer.headers['set-cookie'];
    assert.match(cookie, /^session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    const kept = await house.query('SELECT id_hash FROM staff_session');
    assert.ok(!kept.flat().includes(cookie.slice(8, 51)));
    assert.equal(server.log.includes(passwords.olga[1]), false);
  });

  test('over https the cookie is bound to this host, and http is left for good', async () => {
    const pair = ['-keyout', join(house.dir, 'key.pem'), '-out', join(house.dir, 'cert.pem')];
    const made = await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost', ...pair]);
    assert.equal(made.status, 0, made.stderr);
    await server.stop();
    const secure = await house.serve({ env: { TURNOUT_WEB_TLS_CERT: pair[3], TURNOUT_WEB_TLS_KEY: pair[1] } });
    const guest = new Visitor(secure.url);
    const answer = await guest.submit('/staff/sign-in', { name: 'olga', password: passwords.olga[1] });
    assert.equal(answer.status, 303, answer.text);
    const [cookie] = answer.headers['set-cookie'];
    assert.match(cookie, /^__Host-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
    assert.match(answer.headers['strict-transport-security'], /max-age=\d{7,}/);
    assert.equal((await guest.get('/staff', { Cookie: cookie.split(';')[0] })).status, 200);
    // the plain name would be another site's to set
    assert.equal((await guest.get('/staff', { Cookie: cookie.split(';')[0].replace('__Host-', '') })).status, 303);
    assert.equal((await guest.submit('/staff/sign-in', { name: 'olga', password: 'x' }, { Origin: secure.url.replace('https', 'http') })).status, 403);
    guest.close();
    await secure.stop();
    server = await house.serve();
    visitor.close();
    visitor = new Visitor(server.url);
  });

  test('the sixth try at once has to wait, whoever it is, and nobody else does', async () => {
    const statuses = [];
    for (let i = 0; i < 6; i++)
      statuses.push((await visitor.submit('/staff/sign-in', { name: 'mallory', password: `guess number ${i}` })).status);
    assert.deepEqual(statuses, [422, 422, 422, 422, 422, 429]);
    const late = await visitor.submit('/staff/sign-in', { name: 'mallory', password: 'guess' });
    assert.ok(Number(late.headers['retry-after']) >= 1 && Number(late.headers['retry-after']) <= 11);
    await signIn('stan');
  });

  test('without a session, with another site\'s form or without the token nothing is done', async () => {
    const cookie = await cookieOf('olga');
    const csrf = await csrfOf(cookie);
    assert.equal((await visitor.get('/staff')).headers.location, '/staff/sign-in');
    assert.equal((await visitor.get('/staff', { Cookie: `session=${'A'.repeat(43)}` })).headers.location, '/staff/sign-in');
    const add = { name: 'Door X', place: 's1', role: 'scan' };
    assert.equal((await visitor.submit('/staff/devices', add, { Cookie: cookie })).status, 403);
    assert.equal((await visitor.submit('/staff/devices', { ...add, csrf: csrf.replace(/./g, '0') }, { Cookie: cookie })).status, 403);
    assert.equal((await visitor.submit('/staff/devices', { ...add, csrf }, { Cookie: cookie, Origin: 'http://evil.example' })).status, 403);
    assert.equal((await visitor.submit('/staff/devices', { ...add, csrf: await csrfOf(await cookieOf('stan')) }, { Cookie: cookie })).status, 403);
    assert.deepEqual(await house.query("SELECT count(*) FROM device WHERE name = 'Door X'"), [['0']]);
  });

  test('a region lead sees and takes out their own region, whatever they ask for', async () => {
    const cookie = await cookieOf('regina');
    const { sessions, notes } = JSON.parse((await visitor.get('/staff/numbers.json?region=1', { Cookie: cookie })).text);
    assert.equal(notes, undefined);
    for (const session of sessions) {
      assert.ok(session.regions.length <= 1);
      for (const { key } of session.regions)
        assert.match(key, /r2$/);
    }
    const files = {
      attendance: await visitor.get('/staff/reports/attendance.csv', { Cookie: cookie }),
      roster: await visitor.submit('/staff/reports/roster.csv', { csrf: await csrfOf(cookie), reason: 'calling the buses', region: regions[0] }, { Cookie: cookie }),
      'no-shows': await visitor.submit('/staff/reports/no-shows.csv', { csrf: await csrfOf(cookie), reason: 'calling who missed it', region: regions[0] }, { Cookie: cookie }),
    };
    for (const [name, file] of Object.entries(files)) {
      const told = await house.do(['report', name, '--event', slug, '--format', 'csv', '--region', regions[1]]);
      assert.equal(file.text, told, name);
      assert.ok(told.split('\r\n').length > 4, name);
    }
  });

  test('files equal the report\'s, and names need a reason that is written down', async () => {
    const cookie = await cookieOf('stan');
    const csrf = await csrfOf(cookie);
    const file = await visitor.get('/staff/reports/attendance.csv', { Cookie: cookie });
    assert.equal(file.headers['content-disposition'], 'attachment; filename="attendance.csv"');
    assert.match(file.headers['cache-control'], /no-store/);
    assert.equal(file.text, await house.do(['report', 'attendance', '--event', slug, '--format', 'csv']));
    assert.equal((await visitor.submit('/staff/reports/roster.csv', { csrf, reason: ' x ' }, { Cookie: cookie })).status, 422);
    const names = await visitor.submit('/staff/reports/roster.csv', { csrf, reason: 'badges for the desk' }, { Cookie: cookie });
    assert.equal(names.text, await house.do(['report', 'roster', '--event', slug, '--format', 'csv']));
    assert.equal((await visitor.get('/staff/reports/arrivals.csv', { Cookie: cookie })).text, await house.do(['report', 'arrivals', '--event', slug, '--format', 'csv']));
    assert.equal((await visitor.submit('/staff/reports/no-shows.csv', { csrf, reason: '' }, { Cookie: cookie })).status, 422);
    assert.match(names.text, /Person 11/);
    const audit = await visitor.get('/staff/audit', { Cookie: await cookieOf('olga') });
    assert.match(audit.text, /roster: badges for the desk/);
  });

  test('whoever changes role, password or standing is signed out at once', async () => {
    await give('temp', ['viewer', 'orchid hammer saddle five']);
    const cookie = await signIn('temp', 'orchid hammer saddle five');
    assert.equal((await visitor.get('/staff', { Cookie: cookie })).status, 200);
    await give('temp', ['staff', 'orchid hammer saddle five']);
    assert.equal((await visitor.get('/staff', { Cookie: cookie })).status, 303);
    const again = await signIn('temp', 'orchid hammer saddle five');
    await house.do(['schema', 'staff', 'disable', 'temp']);
    assert.equal((await visitor.get('/staff', { Cookie: again })).status, 303);
    assert.equal((await visitor.submit('/staff/sign-in', { name: 'temp', password: 'orchid hammer saddle five' })).status, 422);
  });

  test('signing out ends the session, not only the cookie', async () => {
    const cookie = await signIn('vera');
    const answer = await visitor.submit('/staff/sign-out', { csrf: await csrfOf(cookie) }, { Cookie: cookie });
    assert.equal(answer.headers.location, '/staff/sign-in');
    assert.match(answer.headers['set-cookie'][0], /Max-Age=0/);
    assert.equal((await visitor.get('/staff', { Cookie: cookie })).status, 303);
  });

  test('weak passwords are refused, and no password is ever shown', async () => {
    for (const password of ['password1234', 'short', 'P@ssw0rd2027', 'qwertyuiop12', 'abcabcabcabcabc', '123456789012', 'sisepuedesisepuede', 'tim tim tim tim']) {
      const result = await house.turnout(['schema', 'staff', 'add', 'tim', '--role', 'viewer', '--password-stdin'], { input: `${password}\n` });
      assert.equal(result.status, 2, password);
      assert.ok(!result.stderr.includes(password));
    }
    assert.doesNotMatch(await house.do(['schema', 'staff', 'list']), /tim/);
  });

  // A browser in which @name has signed in by the form, or, with `cookie`, has before.
  async function openAs(name, { cookie, ...options } = {}) {
    const context = await openContext(browser, server.url, { locale: 'en-US', viewport: laptop, ...options });
    const page = await context.newPage();
    if (cookie) {
      const [key, value] = cookie.split('=');
      await context.addCookies([{ name: key, value, url: server.url }]);
      return { context, page };
    }
    await page.goto(`${server.url}/staff`);
    await page.fill('#name', name);
    await page.fill('#password', passwords[name][1]);
    await page.click('main button[type=submit]');
    await page.waitForURL(`${server.url}/staff`);
    return { context, page };
  }

  test('the pairing page moves on to the next phone by itself, and a revoked phone is refused within five seconds', async () => {
    const { context, page } = await openAs('olga');
    await page.click('text=Devices');
    await page.fill('#name', 'Door B-1');
    await page.click('main form button[type=submit] >> nth=0');
    await page.waitForSelector('.pairing img');
    assert.ok(await page.$eval('.pairing img', (img) => img.complete && img.naturalWidth > 0));
    const code = (await page.textContent('.pairing b')).trim();
    const answer = await visitor.json('/api/v1/door/pair', { code, device_name: 'Door B-1' });
    assert.equal(answer.status, 201, answer.text);
    await page.waitForFunction(() => document.querySelector('h1').textContent === 'Door B-2');
    const paired = JSON.parse(answer.text);
    const device = new Device(paired, paired.checkpoints[0].session.code);
    assert.notEqual((await visitor.json('/api/v1/door/scan', device.record('0123456789abcdef'), paired.token)).status, 401);
    await page.click('text=Done');
    await page.click('[aria-label="Revoke: Door B-1"]');
    await page.waitForLoadState();
    const until = Date.now() + 5500;
    let status;
    do {
      await seconds(250);
      ({ status } = await visitor.json('/api/v1/door/scan', device.record('0123456789abcdef'), paired.token));
    } while (status !== 401 && Date.now() < until);
    assert.equal(status, 401);
    assert.deepEqual(context.foreign, []);
    await context.close();
  });

  test('the numbers move by themselves, and are there without a script', async () => {
    const token = tokenOf(await visitor.register(slug, { name: 'Late Comer', contact: 'none', region: regions[0], option: 'general', age_band: 'adult', photo: 'no' }));
    const cookie = await cookieOf('olga');
    const plain = await openAs('olga', { javaScriptEnabled: false, cookie });
    const { context, page } = await openAs('olga', { cookie });
    await Promise.all([page, plain.page].map((each) => each.goto(`${server.url}/staff`)));
    const came = '[data-row="s1"] [data-n="came"]';
    const before = Number(await page.textContent(came));
    assert.equal(Number(await plain.page.textContent(came)), before);
    const device = await Device.pair(house, visitor, slug, 'conference');
    const text = (await visitor.get(`/t/${token}/1.txt`)).text;
    const [[salt]] = await house.query('SELECT salt FROM event');
    const scanned = await device.scan(visitor, markOf(Buffer.from(salt, 'hex'), text));
    assert.equal(scanned.shown, 'green', JSON.stringify(scanned));
    await page.waitForFunction(([where, was]) => Number(document.querySelector(where).textContent) === was + 1, [came, before]);
    await plain.page.reload();
    assert.equal(Number(await plain.page.textContent(came)), before + 1);
    await plain.context.close();
    await context.close();
  });

  // ---- how it looks ----

  const press = (page) => Promise.all([page.waitForNavigation(), page.click('main form:not(.acts form) button[type=submit] >> nth=0')]);
  const go = (path) => (page) => page.goto(`${server.url}${path}`);
  const search = async (page) => {
    await go('/staff/people')(page);
    await page.fill('#q', 'person');
    await press(page);
  };
  const pages = {
    'sign-in': go('/staff/sign-in'), numbers: go('/staff'), devices: go('/staff/devices'), reports: go('/staff/reports'),
    audit: go('/staff/audit'), alarms: go('/staff/alarms'), events: go('/staff/events'), spares: go('/staff/spares'),
    letters: go('/staff/letters'), calls: go('/staff/calls'), sheet: go('/staff/spares/1-13'), scans: go('/staff/scans'), people: go('/staff/people'), found: search,
    person: go('/staff/people/1'), ticket: go('/staff/people/1/ticket'), 'walk-in': go('/staff/people/walk-in'),
    pair: async (page) => {
      await go('/staff/devices')(page);
      await page.fill('#name', 'North gate-1');
      await press(page);
      await page.waitForSelector('.pairing img');
    },
    merge: async (page) => {
      await go('/staff/people/1')(page);
      await page.click('summary:has(+ form[action$=merge])');
      await page.fill('#code', codes[1]);
      await Promise.all([page.waitForNavigation(), page.click('form[action$=merge] button')]);
    },
    'device-scans': async (page) => {
      await go('/staff/alarms')(page);
      await page.click('main table a >> nth=0');
      await page.waitForSelector('#stretches');
    },
  };
  let codes;

  // Something to see in each room: a spare sheet, scans that were put aside, somebody who is in.
  async function fillRooms() {
    const cookie = await cookieOf('olga');
    const csrf = await csrfOf(cookie);
    const post = (path, fields) => visitor.submit(path, { csrf, ...fields }, { Cookie: cookie });
    codes = (await house.query('SELECT typed_code FROM attendee ORDER BY no')).map(([code]) => code);
    assert.equal((await post('/staff/spares', { n: 13, region: regions[0] })).status, 303);
    assert.equal((await post('/staff/people/1/check-in', { session: 'conference' })).status, 303);
    const lost = await Device.pair(house, visitor, slug, 'conference', { name: 'Door C-1' });
    await house.do(['schema', 'device', 'revoke', lost.id]);
    const record = { ...lost.record('0123456789abcdef'), rev: 1, seq: 3, decision: 'admit' };
    assert.equal((await visitor.json('/api/v1/door/scans', { records: [record, 'garbled'] }, lost.token)).status, 202);
  }

  for (const [lang, locale] of [['en', 'en-US'], ['es', 'es-MX']])
    for (const [width, viewport] of Object.entries({ phone, laptop }))
      test(`every room in ${lang} on a ${width}${lang === 'en' ? ', light and dark' : ''}: axe-core and html-validate find nothing`, async () => {
        if (!codes)
          await fillRooms();
        const cookie = await cookieOf('olga');
        const { context, page } = await openAs('olga', { viewport, locale, cookie, reducedMotion: 'reduce' });
        const found = new Set();
        let last;
        page.on('response', (response) => { if (response.request().isNavigationRequest()) last = response; });
        for (const [name, see] of Object.entries(pages)) {
          const told = (what) => found.add(`${name}: ${what}`);
          await page.emulateMedia({ colorScheme: 'light' });
          await see(page);
          assert.equal(await page.getAttribute('html', 'lang'), lang, name);
          if (width === 'laptop')
            (await faultsOf(await last.text())).forEach(told);
          for (const scheme of lang === 'en' ? ['light', 'dark'] : ['light']) { // colours know no language
            await page.emulateMedia({ colorScheme: scheme });
            await picture(page, `staff-${name}-${lang}-${width}-${scheme}.png`);
            // the dark twin differs in colours, and in nothing else
            (await seriousFindings(page, scheme === 'dark' ? ['color-contrast'] : undefined)).forEach((finding) => told(`${scheme}: ${finding}`));
          }
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          if (wide > 0)
            told(`${wide} px too wide`);
        }
        assert.deepEqual([...found], []);
        assert.deepEqual(context.foreign, []);
        await context.close();
      });

  test('the audit holds, and shows when somebody wrote in it', async () => {
    assert.match(await house.do(['schema', 'verify']), /audit lines \d\d/);
  });
});
