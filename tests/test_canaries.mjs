// Whatever somebody types about a person, wherever they may: a string that nobody else has goes in through every form, every
// call of the door's API, a list, a file, a terminal; and stands nowhere as it was typed, neither while the people are here nor
// after they went. On both engines, with all files of the cluster, which writes down all that it is asked.
//
// `forms` is held against the program's own table of routes, and against the fields of every page that is visited: a form
// that is forgotten here fails.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, watch, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Canaries, filesUnder, processesOf } from './lib/canary.mjs';
import { Device } from './lib/door.mjs';
import { Cluster, query } from './lib/postgres.mjs';
import { Post } from './lib/post.mjs';
import { House, build, daysAhead, emptyHouse, engines, example, program, run } from './lib/turnout.mjs';
import { Visitor, readForm, tokenOf, unescape } from './lib/visitor.mjs';

const slug = 'immigrant-day-of-action', ahead = 40;
const password = 'violet anchor teapot nine', passphrase = 'correct horse battery staple';

// Of each route that takes a form: the fields in which a person's data is typed, and those that are kept as they are typed, since
// they are no person's (the page says so): a group's name, a device's, the reason why a list was taken home. `why`: there is nothing to type.
const nothing = (why) => ({ typed: [], plain: [], why });
const typed = (...fields) => ({ typed: fields, plain: [] });
const plain = (...fields) => ({ typed: [], plain: fields });
const person = ['name', 'access_text', 'emergency_name', 'emergency_phone', 'guardian_name', 'question_hope', 'question_two', 'question_week', 'question_month'];
const forms = {
  'POST /e/:event/register': typed(...person, 'email', 'phone', 'delegation'),
  'POST /t/:token/change/:no': nothing('choices'),
  'POST /t/:token/correct/:no': typed(...person),
  'POST /t/:token/contact': typed('email', 'phone'),
  'POST /t/:token/cancel': nothing('a button'),
  'POST /t/:token/delete': nothing('a button'),
  'POST /t/:token/send': nothing('a button'),
  'POST /t/:token/link': nothing('a button'),
  'POST /t/:token/place': nothing('a button'),
  'POST /g/:token': nothing('buttons'),
  'POST /g/:token/add': typed('names', 'file'),
  'POST /g/:token/rows': typed('rows', 'r_name', 'r_email', 'r_phone', 'r_guardian'),
  'POST /g/:token/:no': typed('name', 'guardian'),
  'POST /g/:token/:no/change': nothing('choices'),
  'POST /e/:event/delegation': { typed: ['name', 'email', 'phone'], plain: ['org'] },
  'POST /lost-link': typed('email'),
  'POST /stay-informed': typed('email'),
  'POST /stay-informed/from/:token': nothing('a button'),
  'POST /stay-informed/:token/confirm': nothing('a button'),
  'POST /stay-informed/:token/leave': nothing('a button'),
  'POST /api/v1/door/pair': plain('device_name'),
  'POST /api/v1/door/void': nothing('marks'),
  'POST /api/v1/door/walkin': typed('name'),
  'POST /api/v1/door/reissue': nothing('a mark'),
  'POST /api/v1/door/attach': typed('name'),
  'POST /api/v1/door/scan': nothing('marks and numbers'),
  'POST /api/v1/door/scans': plain('records'), // what can't be a record is kept as it came until the people go
  'POST /staff/sign-in': typed('name', 'password', 'code'),
  'POST /staff/code': typed('password'),
  'POST /staff/code/confirm': typed('code'),
  'POST /staff/sign-out': nothing('a button'),
  'POST /staff/events': nothing('a choice'),
  'POST /staff/holds': plain('reason'),
  'POST /staff/holds/:hold/release': nothing('a button'),
  'POST /staff/devices': plain('name'),
  'POST /staff/devices/:device/next': nothing('a button'),
  'POST /staff/devices/:device/renew': nothing('a button'),
  'POST /staff/devices/:device/revoke': nothing('a button'),
  'POST /staff/reports/no-shows.csv': plain('reason'),
  'POST /staff/reports/roster.csv': plain('reason'),
  'POST /staff/reports/stay-informed.csv': plain('reason'),
  'POST /staff/reports/stay-informed/leave': typed('email'),
  'POST /staff/letters/again': nothing('a button'),
  'POST /staff/calls/done': nothing('a button'),
  'POST /staff/calls/undo': nothing('a button'),
  'POST /staff/messages': typed('subject', 'body'),
  'POST /staff/messages/send': typed('subject', 'body'),
  'POST /staff/alarms/:device/release': nothing('a button'),
  'POST /staff/alarms/:device/look': nothing('a button'),
  'POST /staff/alarms/:device/trial': nothing('a button'),
  'POST /staff/scans': nothing('a file of records, as a device hands it out'),
  'POST /staff/spares': nothing('numbers'),
  'POST /staff/delegations': plain('name', 'code'),
  'POST /staff/delegations/:no': plain('name', 'code'),
  'POST /staff/delegations/:no/close': nothing('a button'),
  'POST /staff/delegations/:no/merge': nothing('a choice'),
  'POST /staff/delegations/:no/link': nothing('a button'),
  'POST /staff/delegations/:no/seen': nothing('a button'),
  'POST /staff/people/walk-in': typed('name'),
  'POST /staff/people': typed('q'),
  'POST /staff/people/:no/check-in': nothing('a button'),
  'POST /staff/people/:no/admit': nothing('choices'),
  'POST /staff/people/:no/undo': nothing('choices'),
  'POST /staff/people/:no/reissue': nothing('a button'),
  'POST /staff/people/:no/attach': typed('name'),
  'POST /staff/people/:no/merge': typed('code'),
  'POST /staff/people/:no/fee': nothing('buttons'),
  'POST /staff/people/:no/asked': nothing('buttons'),
  'POST /staff/messages/reminder': nothing('buttons'),
  'POST /staff/people/:no/change': nothing('choices'),
  'POST /staff/people/:no/link': nothing('a button'),
  'POST /staff/people/:no/cancel': nothing('a button'),
  'POST /staff/fees': nothing('buttons'),
};
// Typed into, and no person's: numbers with bounds, and the field that nobody sees.
const harmless = new Set(['website', 'zip', 'county', 'assembly_district', 'senate_district', 'childcare', 'expected', 'n', 'label', 'question_car-seats']);
// Fields of further people, of a list's lines and of languages are one field each.
const fieldOf = (name) => name.replace(/^r\d+_/, 'r_').replace(/_\d+$/, '').replace(/^(subject|body)_.*/, '$1');
const patterns = Object.keys(forms).map((route) => [route, new RegExp(`^${route.slice(5).replace(/:\w+/g, '[^/]+')}$`)]);
const routeOf = (path) => patterns.find(([, pattern]) => pattern.test(path.split('?')[0]))?.[0];

const definition = () => {
  const given = JSON.parse(readFileSync(example, 'utf8'));
  for (const [code, days] of [['two', 2], ['week', 7], ['month', 30]])
    given.questions.push({ code, type: 'text', label: { en: `Asked for ${days} days` }, purpose: { en: 'To try' },
      seen_by: ['owner', 'staff'], days_kept: days });
  return JSON.stringify(given);
};

test('a canary is found in every shape, and nothing is found where none is', () => {
  const canaries = new Canaries(), word = canaries.word(), phone = canaries.phone();
  const quoted = [...Buffer.from(word)].map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
  for (const text of [word, phone, word.toUpperCase(), encodeURIComponent(word), JSON.stringify(word), quoted.replace(/(.{30})/g, '$1=\r\n'),
    ...[0, 1, 2, 3].map((n) => Buffer.from('x'.repeat(n) + word).toString('base64').replace(/(.{10})/g, '$1\r\n')),
    ...[0, 1, 2].map((n) => Buffer.from('x'.repeat(n) + phone).toString('base64url')), Buffer.from(word).toString('hex'), word.replace(/(.{9})/g, '$1=\r\n')])
    assert.notDeepEqual(canaries.found(Buffer.from(`before ${text} after`)), [], text);
  for (const swapped of [false, true])
    assert.notDeepEqual(canaries.found(swapped ? Buffer.from(word, 'utf16le').swap16() : Buffer.from(word, 'utf16le')), []);
  assert.deepEqual(canaries.found(randomBytes(3_000_000)), []);
  assert.deepEqual(new Canaries().found(Buffer.from(`${word} ${phone}`)), []);
});

test('every route that takes a form stands in the table', () => {
  const routes = spawnSync(join(build, 'tests', 'routes'), { encoding: 'utf8' }).stdout.split('\n').filter((line) => line.startsWith('POST '));
  assert.ok(routes.length > 60);
  assert.deepEqual(routes.filter((route) => !(route in forms)), [], 'a form that nobody has thought of');
  assert.deepEqual(Object.keys(forms).filter((route) => !routes.includes(route)), []);
});

for (const engine of engines) {
  describe(engine, { concurrency: false }, () => {
    const canaries = new Canaries(), open = new Canaries(), strangers = new Canaries(); // what is sealed; what is no person's; what belongs nowhere
    const used = new Set(), known = new Set(), temporary = new Set();
    let house, server, visitor, top, tmp, post, cluster, watching, cookie, group, device, env;

    /* ---- typing ---- */

    // Notes in which fields of the route a canary went; the answer must be one of `statuses`.
    function note(path, fields, answer, statuses) {
      const route = routeOf(path);
      assert.ok(route, path);
      assert.ok(statuses.includes(answer.status), `${route} answers ${answer.status}: ${answer.text.replace(/^[^]*?role="alert"|<[^>]*>|\s+/g, ' ').slice(0, 600)}`);
      for (const [name, value] of Object.entries(fields)) {
        const { typed: sealed, plain: kept } = forms[route], field = fieldOf(name);
        const text = [value].flat().map((one) => (typeof one === 'string' || Buffer.isBuffer(one) ? String(one) : JSON.stringify(one))).join(' ');
        if (canaries.isIn(text)) {
          assert.ok(sealed.includes(field), `${route} ${name} stands in the table`);
          used.add(`${route} ${field}`);
        } else if (open.isIn(text)) {
          assert.ok(kept.includes(field), `${route} ${name} stands in the table`);
          used.add(`${route} ${field}`);
        }
      }
      return answer;
    }
    // What can be typed on a page stands in the table, all of it.
    function lookAt(html) {
      for (const [, head, inner] of html.matchAll(/<form\b([^>]*)>([^]*?)<\/form>/gi)) {
        const action = unescape(/action="([^"]*)"/.exec(head)?.[1] ?? '');
        if (!/method="post"/.test(head) || !action)
          continue;
        const actions = [action, ...[...inner.matchAll(/formaction="([^"]*)"/g)].map(([, other]) => other)].map(routeOf);
        assert.ok(actions.every(Boolean), action);
        for (const [tag] of inner.matchAll(/<(?:input|textarea)\b[^>]*>/gi)) {
          const type = /\stype="(\w+)"/.exec(tag)?.[1] ?? 'text', [, name] = /\sname="([^"]*)"/.exec(tag) ?? [];
          if (['hidden', 'radio', 'checkbox', 'submit', 'number'].includes(type) || /\sreadonly\b/.test(tag) || harmless.has(fieldOf(name)))
            continue;
          for (const route of actions) {
            assert.ok([...forms[route].typed, ...forms[route].plain].includes(fieldOf(name)) || (route === 'POST /staff/scans' && name === 'file'), `${route}: ${name} can be typed in`);
            known.add(`${route} ${fieldOf(name)}`);
          }
        }
      }
      return html;
    }
    async function page(path, staff = false, status = 200) {
      const answer = await visitor.get(path, staff ? cookie : {});
      assert.equal(answer.status, status, path);
      return lookAt(answer.text);
    }
    // The form of a page whose action ends so, filled in and sent.
    async function send(path, tail, answers, { staff = false, statuses = [303], html } = {}) {
      const form = readForm(html ?? await page(path, staff), ({ action, method }) => method === 'post' && action.split('?')[0].endsWith(tail));
      assert.ok(form, `${path} has a form for ${tail}`);
      const answer = await visitor.submit(form.action, Visitor.fill(form.fields, answers), staff ? cookie : {});
      if ((answer.headers['content-type'] ?? '').startsWith('text/html'))
        lookAt(answer.text);
      return note(form.action, answers, answer, statuses);
    }
    async function call(path, body, statuses) {
      return note(path, body, await visitor.json(path, body, device.token), statuses);
    }
    async function upload(path, fields, file, statuses) {
      const cut = 'turnout-test-boundary';
      const parts = Object.entries(fields).map(([name, value]) => Buffer.from(`--${cut}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`));
      parts.push(Buffer.from(`--${cut}\r\nContent-Disposition: form-data; name="file"; filename="${canaries.name()}.csv"\r\nContent-Type: text/csv\r\n\r\n`), file, Buffer.from(`\r\n--${cut}--\r\n`));
      const answer = await visitor.request('POST', path, { body: Buffer.concat(parts), headers: { Origin: server.url, 'Content-Type': `multipart/form-data; boundary=${cut}` } });
      lookAt(answer.text);
      return note(path, { ...fields, file }, answer, statuses);
    }

    const everything = () => ({ name: canaries.name(), access_text: canaries.word(), emergency_name: canaries.name(), emergency_phone: canaries.phone(),
      question_hope: canaries.word(), question_two: canaries.word(), question_week: canaries.word(), question_month: canaries.word() });
    const registering = (more = {}) => ({ ...everything(), contact: 'email', email: canaries.email(), region: '1', age_band: 'adult', photo: 'no', option: 'general', access: 'lift-seat', ...more });
    const command = async (args, { status = 0, input } = {}) => {
      const said = await house.turnout(args, { env, input });
      assert.equal(said.status, status, `${args.join(' ')}: ${said.stderr}`);
      assert.deepEqual(canaries.found(Buffer.from(said.stderr)), [], `${args.slice(0, 2).join(' ')} says nobody's data`);
      return said;
    };

    /* ---- looking ---- */

    // All that is on a disk or can be seen of the processes, but for what the test itself has written (given/) and what was
    // asked for with names (out/). [where, bytes]
    async function places() {
      const found = [...filesUnder(top), ...filesUnder('/dev/shm')].filter(([path]) => !path.startsWith(join(top, 'given')) && !path.startsWith(join(top, 'out')));
      found.push(['the log', Buffer.from(house.servers.map(({ log, out }) => log + out).join('\n'))], ...processesOf(server.pid));
      found.push(['names of temporary files', Buffer.from([...temporary].join('\n'))]);
      if (engine === 'postgres') {
        query(house.database, 'CHECKPOINT');
        found.push(...filesUnder(cluster.dir), ...processesOf(Number(readFileSync(join(cluster.dir, 'd', 'postmaster.pid'), 'utf8').split('\n')[0])));
        found.push(['what the cluster is asked', Buffer.from(query(house.database, 'SELECT query FROM pg_stat_activity').join('\n'))]);
      }
      return found;
    }
    async function assertNowhere() {
      assert.ok(canaries.said.length > 0);
      for (const [where, bytes] of await places()) {
        assert.deepEqual(canaries.found(bytes), [], `${where} holds a canary`);
        // a word of a path may be asked for in the database, which an administrator may have told to write all down
        assert.ok(strangers.found(bytes).length === 0 || where === join(cluster?.dir ?? '', 'log'), `${where} holds what a stranger sent`);
        assert.deepEqual(canaries.found(Buffer.from(where)), [], 'a file is named after somebody');
      }
    }
    // The tables in which what is no person's stands as it is.
    async function plainTables() {
      const tables = engine === 'postgres' ? await house.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        : await house.query("SELECT name FROM sqlite_master WHERE type = 'table'");
      const holding = [];
      for (const [table] of tables)
        if (open.isIn((await house.query(`SELECT * FROM "${table}"`)).join('\n')))
          holding.push(table);
      return holding.sort();
    }
    const rowsOf = async (table, where = '1 = 1') => Number((await house.query(`SELECT count(*) FROM ${table} WHERE ${where}`))[0][0]);

    before(async () => {
      if (engine === 'postgres') {
        cluster = new Cluster();
        for (const [name, value] of [['fsync', 'off'], ['log_statement', 'all'], ['log_duration', 'on'], ['log_connections', 'on'], ['log_min_messages', 'debug2'], ['log_temp_files', '0'], ['track_activity_query_size', '65536']])
          query(cluster.url('postgres'), `ALTER SYSTEM SET ${name} = '${value}'`);
        cluster.stop();
        cluster.start();
      }
      house = await emptyHouse(engine, cluster);
      top = dirname(house.dir);
      tmp = join(top, 'tmp');
      for (const name of ['tmp', 'given', 'out'])
        mkdirSync(join(top, name));
      watching = watch(tmp, (_, name) => temporary.add(name));
      post = await Post.open();
      env = { TMPDIR: tmp, G_MESSAGES_DEBUG: 'all', TURNOUT_MAIL_URL: `smtp://127.0.0.1:${post.port}`, TURNOUT_MAIL_FROM: 'tickets@coalition.example' };
      writeFileSync(join(top, 'given', 'definition.json'), definition());
      await command(['schema', 'init']);
      await command(['schema', 'load', join(top, 'given', 'definition.json'), '--starts', daysAhead(ahead)]);
      await command(['schema', 'staff', 'add', 'olga', '--role', 'owner', '--event', slug, '--password-stdin'], { input: `${password}\n` });
      server = await house.serve({ env });
      visitor = new Visitor(server.url);
      cookie = { Cookie: (await visitor.submit('/staff/sign-in', { name: 'olga', password })).headers['set-cookie'][0].split(';')[0] };
    });
    after(async () => {
      watching?.close();
      visitor?.close();
      await house?.close();
      await post?.close();
      cluster?.close();
    });

    test('people register, and look after what they said', async () => {
      lookAt((await visitor.get(`/e/${slug}/register`)).text);
      const tokens = [];
      const family = { name_2: canaries.name(), age_band_2: 'under-16', guardian_2: 'named', guardian_name_2: canaries.name(), access_text_2: canaries.word() };
      for (const answers of [registering(), registering(), registering({ contact: 'phone', email: '', phone: canaries.phone() }), registering({ keep_informed: 'yes' }),
        registering({ age_band: '16-17', guardian: 'named', guardian_name: canaries.name() })]) {
        const answer = note(`/e/${slug}/register`, answers, await visitor.register(slug, answers), [303]);
        tokens.push(tokenOf(answer));
      }
      // with a fault: it comes back as it was typed, and is nowhere else
      const wrong = registering({ email: canaries.name(), delegation: canaries.name() });
      note(`/e/${slug}/register`, wrong, await visitor.register(slug, wrong), [422]);
      const two = { ...registering(), ...family };
      note(`/e/${slug}/register`, two, await visitor.register(slug, two), [303]);
      const [first, second, third] = tokens;
      const [, no] = /\/correct\/(\d+)"/.exec(await page(`/t/${first}`));
      await send(`/t/${first}/correct/${no}`, `/correct/${no}`, { ...everything(), age_band: '16-17', guardian: 'named', guardian_name: canaries.name() });
      await send(`/t/${first}/correct/${no}`, `/correct/${no}`, { name: '', access_text: canaries.word() }, { statuses: [422] });
      await send(`/t/${second}/contact`, '/contact', { email: canaries.email() });
      await send(`/t/${third}/contact`, '/contact', { contact: 'phone', phone: canaries.phone() });
      await send(`/t/${third}/contact`, '/contact', { contact: 'phone', phone: canaries.name() }, { statuses: [422] });
      await page(`/t/${first}/change/${no}`);
      for (const tail of ['data', 'data.json', 'event.ics', '1.svg', '1.pdf', '1.txt', '1.png'])
        assert.equal((await visitor.get(`/t/${first}/${tail}`)).status, 200, tail);
      assert.ok(canaries.isIn((await visitor.get(`/t/${first}/data.json`)).text), 'they are in there');
      await send(`/t/${tokens[4]}/delete`, '/delete', { sure: 'yes' });
      // addresses of people who are here, and of nobody
      lookAt(await page('/lost-link'));
      for (const email of [canaries.said.find((said) => said.includes('@')), canaries.email()])
        await send('/lost-link', '/lost-link', { email });
      await send('/lost-link', '/lost-link', { email: canaries.name() }, { statuses: [422] });
    });

    test('people stay informed, and leave', async () => {
      const [stays, leaves, never] = [canaries.email(), canaries.email(), canaries.email()];
      for (const email of [stays, leaves, never])
        await send('/stay-informed', '/stay-informed', { email, language: 'en', region: '' });
      await send('/stay-informed', '/stay-informed', { email: canaries.name(), language: 'en', region: '' }, { statuses: [422] });
      for (const email of [stays, leaves]) {
        const letter = await post.letter(email);
        const link = new URL(/https?:\S+\/stay-informed\/\S+/.exec(letter.text())[0]).pathname;
        await send(link, '/confirm', {});
        if (email === leaves)
          note(`${link}/leave`, {}, await visitor.submit(`${link}/leave`, { 'List-Unsubscribe': 'One-Click' }), [200, 303]);
      }
      await send('/staff/reports', '/stay-informed/leave', { email: never }, { staff: true });
      await send('/staff/reports', '/stay-informed/leave', { email: canaries.email() }, { staff: true });
      const list = await send('/staff/reports', '/stay-informed.csv', { reason: open.name() }, { staff: true, statuses: [200] });
      assert.ok(list.text.includes(stays) && !list.text.includes(leaves));
    });

    test('an organisation registers, and its captain enters people by name, by list and in the page', async () => {
      const asked = { org: open.name(), region: '1', expected: '30', name: canaries.name(), email: canaries.email(), phone: '', option: 'general' };
      lookAt(await page(`/e/${slug}/delegation`));
      await send(`/e/${slug}/delegation`, '/delegation', { ...asked, email: canaries.name() }, { statuses: [422] });
      await send(`/e/${slug}/delegation`, '/delegation', { ...asked, org: open.name(), name: canaries.name(), email: '', phone: canaries.phone() });
      const made = await send(`/e/${slug}/delegation`, '/delegation', asked);
      group = made.headers.location.split('?')[0];
      const proof = Object.fromEntries(readForm(await page(group), ({ action }) => action.endsWith('/add')).fields);
      await upload(`${group}/add`, { ...proof, names: [canaries.name(), canaries.name()].join('\n') }, Buffer.alloc(0), [303]);
      // a list with faults in every column, mended in the page
      const lines = Array.from({ length: 4 }, () => [canaries.name(), canaries.email(), canaries.phone(), 'general']);
      lines.push([canaries.name(), canaries.name(), canaries.phone(), 'general'], [canaries.name(), canaries.email(), canaries.name(), canaries.name()]);
      const list = Buffer.from(`name;email;phone;option;${canaries.name()}\r\n${lines.map((line) => [...line, canaries.word()].join(';')).join('\r\n')}\r\n`);
      const seen = await upload(`${group}/add`, { ...proof, names: '' }, list, [200]);
      const rows = readForm(seen.text, ({ action }) => action.endsWith('/rows'));
      const fields = Object.fromEntries(rows.fields), mended = {};
      for (const name of Object.keys(fields)) {
        if (/_name$/.test(name)) mended[name] = canaries.name();
        if (/_email$/.test(name)) mended[name] = canaries.email();
        if (/_phone$/.test(name)) mended[name] = canaries.phone();
        if (/_option$/.test(name)) mended[name] = 'general';
      }
      assert.ok(Object.keys(mended).length > 4);
      const again = note(`${group}/rows`, { rows: fields.rows, ...mended, r4_guardian: canaries.name() },
        await visitor.submit(`${group}/rows`, { ...fields, ...mended, r4_age_band: 'under-16', r4_guardian: canaries.name(), check: 'yes' }), [200]);
      lookAt(again.text);
      const saved = readForm(again.text, ({ action }) => action.endsWith('/rows'));
      assert.match(note(`${group}/rows`, {}, await visitor.submit(`${group}/rows`, [...saved.fields, ['save', 'yes']]), [303]).headers.location, /done=added/);
      // one of them is corrected, one deleted; somebody joins by the code, and leads then
      const whole = await page(group);
      const people = [...whole.matchAll(/href="(\/g\/[^"]+\/\d+)"><bdi>/g)].map(([, path]) => path);
      assert.ok(people.length >= 9, `${people.length} are in the group`);
      const pages = await Promise.all(people.map((path) => page(path))), [mine, other] = people.filter((path, i) => pages[i].includes(`action="${path}"`));
      await send(mine, mine.slice(mine.lastIndexOf('/')), { name: canaries.name(), age_band: 'under-16', guardian: canaries.name() });
      await page(`${mine}/change`);
      const act = (more) => visitor.submit(group, { csrf: proof.csrf, ...more });
      note(group, {}, await act({ no: other.split('/').at(-1), erase: 'yes' }), [303]);
      const [, code] = /typed-code" dir="ltr">([\w-]+)/.exec(whole);
      const joining = registering({ delegation: code });
      let heir = await visitor.register(slug, joining);
      for (const until = Date.now() + 20_000; heir.status === 422 && Date.now() < until;) // a group made within this second
        heir = await visitor.register(slug, joining);
      note(`/e/${slug}/register`, joining, heir, [303]);
      note(group, {}, await act({ approve_all: 'yes' }), [303]);
      const [, theirs] = new RegExp(`value="(\\d+)">${joining.name.split(' ')[0]}`).exec(await page(group));
      for (const tail of ['tickets.pdf', 'tickets.pdf?layout=sheet', 'tickets.pdf?layout=badges', 'names.csv'])
        assert.equal((await visitor.get(`${group}/${tail}`)).status, 200, tail);
      note(group, {}, await act({ no: theirs, hand_over: 'yes' }), [200]);
    });

    test('staff sign in, enter, find, write to people and take lists home', async () => {
      lookAt((await visitor.get('/staff/sign-in')).text);
      const wrong = { name: canaries.name(), password: canaries.word(), code: canaries.word() };
      note('/staff/sign-in', wrong, await visitor.submit('/staff/sign-in', wrong), [422]);
      await send('/staff/code', '/staff/code', { password: canaries.word(), act: 'start' }, { staff: true, statuses: [422] });
      const fresh = await send('/staff/code', '/staff/code', { password, act: 'start' }, { staff: true, statuses: [200] });
      await send('/staff/code', '/confirm', { code: canaries.word().slice(0, 20) }, { staff: true, statuses: [422], html: fresh.text });
      await send('/staff/people/walk-in', '/walk-in', { name: canaries.name(), region: '1' }, { staff: true });
      await send('/staff/people', '/staff/people', { q: canaries.said.at(-1) }, { staff: true, statuses: [200] });
      await send('/staff/people', '/staff/people', { q: canaries.name() }, { staff: true, statuses: [200] });
      await send('/staff/spares', '/staff/spares', { n: '3', region: '1' }, { staff: true });
      const [[spare]] = await house.query('SELECT no FROM attendee WHERE ticket_class <> 0 AND spare_region_no IS NOT NULL ORDER BY no LIMIT 1');
      await send(`/staff/people/${spare}`, '/attach', { name: canaries.name(), region: '1' }, { staff: true });
      await send(`/staff/people/${spare}`, '/merge', { code: canaries.name() }, { staff: true, statuses: [303, 422] });
      const message = { subject_en: canaries.word(), body_en: `Dear {name}, ${canaries.word()}\n{link}` };
      const seen = await send('/staff/messages', '/staff/messages', { ...message, to: 'all' }, { staff: true, statuses: [200] });
      const form = readForm(seen.text, ({ action }) => action === '/staff/messages');
      note('/staff/messages/send', message, await visitor.submit('/staff/messages/send', Visitor.fill(form.fields, message), cookie), [303]);
      const taken = await send('/staff/reports', '/roster.csv', { reason: open.name() }, { staff: true, statuses: [200] });
      assert.ok(canaries.isIn(taken.text));
      await send('/staff/reports', '/no-shows.csv', { reason: open.name() }, { staff: true, statuses: [200] });
      await send('/staff/holds', '/staff/holds', { scope: 'person', person: '2', reason: open.name() }, { staff: true });
      await send('/staff/holds', '/release', {}, { staff: true });
      await send('/staff/devices', '/staff/devices', { name: open.name(), role: 'supervisor' }, { staff: true });
      await send('/staff/delegations', '/staff/delegations', { name: open.name(), code: `${open.core}-c`.toUpperCase() }, { staff: true });
      const [[no]] = await house.query('SELECT max(no) FROM delegation');
      await send(`/staff/delegations/${no}`, `/staff/delegations/${no}`, { name: open.name(), code: `${open.core}-d`.toUpperCase() }, { staff: true });
      for (const room of ['calls', 'letters', 'audit', 'alarms', 'fees', 'scans', 'delegations', 'numbers.json'])
        await page(`/staff/${room}`, true);
      const calls = await page('/staff/calls', true);
      assert.ok(canaries.isIn(calls), 'who has no e-mail is called');
      await send('/staff/calls', '/done', {}, { staff: true, html: calls });
      await send('/staff/calls', '/undo', {}, { staff: true });
    });

    test('a supervisor’s phone enters and finds people, a laptop is typed on', async () => {
      const code = (await command(['schema', 'device', 'add', open.name(), '--event', slug, '--session', 'conference', '--role', 'supervisor'])).stdout.trim().split('\n').at(-1).trim();
      const asked = { code, device_name: open.name() };
      const paired = note('/api/v1/door/pair', asked, await visitor.json('/api/v1/door/pair', asked), [201]);
      device = new Device(JSON.parse(paired.text), 'conference');
      const submission = () => { const bytes = randomBytes(16); bytes.writeUIntBE(Date.now(), 0, 6); return bytes.toString('base64url'); };
      const name = canaries.name();
      const walkIn = JSON.parse((await call('/api/v1/door/walkin', { submission: submission(), session: 'conference', name, region: '1' }, [201])).text);
      const get = (path) => visitor.get(path, { Authorization: `Bearer ${device.token}` });
      assert.ok(canaries.isIn((await get(`/api/v1/door/search?q=${encodeURIComponent(name)}`)).text));
      await get(`/api/v1/door/search?q=${encodeURIComponent(canaries.name())}`);
      await get(`/api/v1/door/person?mark=${walkIn.mark}`);
      const [[mark]] = await house.query('SELECT mark FROM attendee WHERE spare_region_no IS NOT NULL ORDER BY no DESC LIMIT 1');
      await call('/api/v1/door/attach', { mark: BigInt.asUintN(64, BigInt(mark)).toString(16).padStart(16, '0'), name: canaries.name(), region: '1' }, [200]);
      await call('/api/v1/door/walkin', { submission: submission(), session: 'conference', name: canaries.name(), [open.core]: 1 }, [400]);
      await call('/api/v1/door/scans', { records: [{ ...device.record('00'.repeat(8)), note: open.name() }] }, [202]);
      // a laptop: what a hand types instead of a ticket
      const token = join(top, 'laptop');
      const pairing = (await command(['schema', 'device', 'add', 'Laptop', '--event', slug, '--session', 'conference', '--role', 'supervisor'])).stdout.trim().split('\n').at(-1).trim();
      const laptop = (args, input) => run(program, ['checkin', ...args, '--server', server.url, '--token-file', token], { env, input });
      const joined = await laptop(['pair', pairing]);
      assert.equal(joined.status, 0, joined.stderr);
      const said = await laptop([], `${canaries.name()}\n+2 ${canaries.name()}\nundo wrong ${canaries.name()}\n${walkIn.code ?? canaries.name()}\n+1\n`);
      assert.deepEqual(canaries.found(Buffer.from(said.stdout + said.stderr)), []);
      await command(['checkin', '--event', slug, '--session', 'conference'], { status: 1, input: `${canaries.name()}\n` });
    });

    test('lists come in and go out by command', async () => {
      const columns = Object.keys(registering());
      const list = join(top, 'given', 'list.csv'), bad = join(top, 'given', 'bad.csv');
      const lineOf = (answers) => Object.values(answers).map((value) => `"${value.replaceAll('"', '""')}"`).join(',');
      writeFileSync(list, `${columns.join(',')}\n${Array.from({ length: 12 }, () => lineOf(registering())).join('\n')}\n`);
      writeFileSync(bad, `${columns.join(',')},${canaries.name()}\n${lineOf(registering({ email: canaries.name(), option: canaries.name() }))},x\n`);
      await command(['schema', 'import', bad, '--event', slug], { status: 2 });
      writeFileSync(bad, `${columns.join(',')}\n${lineOf(registering({ email: canaries.name(), option: canaries.name(), region: canaries.name() }))}\n`);
      await command(['schema', 'import', bad, '--event', slug], { status: 2 });
      await command(['schema', 'import', list, '--event', slug]);
      for (const format of ['table', 'csv', 'json', 'xlsx', 'pdf'])
        for (const report of ['roster', 'no-shows', 'attendance', 'stay-informed'])
          await command(['report', report, '--event', slug, '--format', format, '--output', join(top, 'out', `${report}.${format}`)]);
      assert.ok(canaries.isIn(readFileSync(join(top, 'out', 'roster.csv'), 'utf8')));
      await command(['schema', 'hold', 'add', '--event', slug, '--person', '1', '--reason', open.name()]);
      await command(['schema', 'backup', join(top, 'rows.db')]);
      await command(['schema', 'backup-keys', join(top, 'keys'), '--passphrase-stdin'], { input: `${passphrase}\n` });
      await command(['schema', 'verify']);
    });

    test('whatever strangers send to any route', async () => {
      const routes = spawnSync(join(build, 'tests', 'routes'), { encoding: 'utf8' }).stdout.trim().split('\n');
      for (const line of routes) {
        const [method, route] = line.split(' ');
        const say = () => encodeURIComponent(strangers.name());
        const path = `${route.replace(':event', slug).replace(/:\w+/g, say)}?q=${say()}&lang=${say()}&done=${say()}`;
        const body = new URLSearchParams(['name', 'email', 'csrf', 'cause', 'reason', 'no', 'event', 'q', 'subject_en', 'rows', 'names', strangers.name()].map((field) => [field, strangers.name()])).toString();
        const headers = { 'User-Agent': strangers.core, Referer: `${server.url}/t/${strangers.core}`, 'Accept-Language': strangers.core, 'X-Forwarded-For': strangers.core, 'Content-Type': 'application/x-www-form-urlencoded' };
        for (const more of [{}, cookie, { Cookie: `session=${strangers.core}; lang=${strangers.core}` }, { Authorization: `Bearer ${strangers.core}` }])
          if (route !== '/staff/sign-out' && route !== '/staff/sign-in')
            assert.ok((await visitor.request(method, path, { headers: { Origin: server.url, ...headers, ...more }, body: method === 'POST' ? body : undefined })).status < 500, line);
      }
    });

    test('it went in through every field that there is', () => {
      for (const [route, { typed: sealed, plain: kept, why }] of Object.entries(forms)) {
        assert.ok(sealed.length + kept.length > 0 || why, route);
        for (const field of [...sealed, ...kept])
          assert.ok(used.has(`${route} ${field}`), `nobody typed into ${route} ${field}`);
      }
      for (const field of known)
        assert.ok(used.has(field) || field.endsWith('/scans file'), `nobody typed into ${field}`);
      assert.ok(canaries.said.length >= 200, `${canaries.said.length} canaries`);
    });

    test('the letters have gone, and nothing stands anywhere as it was typed', async () => {
      await post.until(async () => (await rowsOf('outbox', "state = 'waiting'")) === 0, 'the last letter');
      assert.ok(post.letters().some((letter) => canaries.isIn(letter.text())), 'letters are about them');
      await assertNowhere();
      assert.deepEqual([...temporary], [], 'nothing needs a temporary file');
      assert.deepEqual(await plainTables(), ['audit', 'delegation', 'device', 'hold', 'quarantine']);
      // whoever looks for what is there finds it
      const holding = (await places()).filter(([, bytes]) => open.found(bytes).length).map(([where]) => where);
      assert.ok(holding.some((where) => /turnout\.db|base\/\d+\//.test(where)), holding.join(' '));
      if (engine === 'postgres')
        assert.ok(holding.some((where) => where.includes('/pg_wal/')) && holding.some((where) => where.endsWith('/log')), holding.join(' '));
    });

    test('some are deleted, the others’ days go by, and an older backup brings back nobody', async () => {
      const people = await house.query("SELECT no FROM attendee WHERE state = 'active' AND spare_region_no IS NULL ORDER BY no LIMIT 12");
      for (const [no] of people.slice(2))
        await command(['schema', 'erase', no, '--event', slug]);
      await assertNowhere();
      const [, hold] = new RegExp(`^(\\w{16})\t${slug}\tperson\t1\t`, 'm').exec((await command(['schema', 'hold', 'list'])).stdout);
      await command(['schema', 'hold', 'release', hold]);
      await server.stop();
      await command(['schema', 'expire', '--now', `${daysAhead(ahead + 40)}T00:00:00Z`]);
      server = await house.serve({ env });
      await assertNowhere();
      for (const table of ['attendee', 'registration', 'booking', 'sealed', 'consent', 'quarantine', 'scan'])
        assert.deepEqual(await house.query(`SELECT * FROM ${table}`), [], table);
      assert.deepEqual(await house.query("SELECT kind FROM outbox WHERE attendee IS NULL OR attendee NOT IN (SELECT id FROM informed)"), []);
      assert.equal(await rowsOf('informed'), 1, 'who stays informed stays: the list is no event’s');
      const attributed = ['roster', 'no-shows', 'attendance', 'arrivals'];
      for (const report of attributed)
        assert.deepEqual(canaries.found(Buffer.from((await command(['report', report, '--event', slug, '--format', 'csv'])).stdout)), []);
      // what is left of what was no person's: what groups and devices are called, and what staff said of their own doing
      assert.deepEqual(await plainTables(), ['audit', 'delegation', 'device', 'hold']);
      const back = new House(join(top, 'back'));
      const restored = await back.turnout(['schema', 'restore', join(top, 'rows.db'), '--keys', join(house.dir, 'keys')], { env });
      assert.equal(restored.status, 0, restored.stderr);
      for (const report of attributed)
        assert.deepEqual(canaries.found(Buffer.from(await back.do(['report', report, '--event', slug, '--format', 'csv']))), []);
      assert.deepEqual(await back.query('SELECT value FROM sealed'), []);
      await assertNowhere();
      assert.deepEqual(readdirSync(tmp), []);
      assert.deepEqual([...temporary], []);
    });
  });
}
