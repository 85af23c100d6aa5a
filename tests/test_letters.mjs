// Letters, by a real mail server and another's parser: what a person gets, and what faults of the server, of the
// network and of ours do to it. Nothing is lost; what may come twice has the same Message-ID.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';

import { Post, freePort } from './lib/post.mjs';
import { readByZbar, readPdf } from './lib/qr.mjs';
import { emptyHouse, eventAhead, openHouse } from './lib/turnout.mjs';
import { Visitor, readForm, tokenOf, unescape, valueOf } from './lib/visitor.mjs';

const slug = 'immigrant-day-of-action';
const logs = [];
// Whoever finds one of these in a log has found a person.
const canary = 'Xochitl Quetzalcanary';

const mailTo = (port, more = {}) => ({ TURNOUT_MAIL_URL: `smtp://127.0.0.1:${port}`, TURNOUT_MAIL_FROM: 'tickets@coalition.example', ...more });

// A house with its server, and what tests do to it.
class Office {
  static async open({ engine = 'sqlite', env = {} } = {}) {
    const office = new Office();
    office.house = await openHouse(engine);
    await office.serve(env);
    [[office.region]] = await office.house.query("SELECT code FROM region WHERE code NOT IN ('outside', 'unsaid') ORDER BY no LIMIT 1");
    return office;
  }

  async serve(env) {
    this.visitor?.close();
    this.server = await this.house.serve({ env });
    this.visitor = new Visitor(this.server.url);
    logs.push(this.server);
    return this.server;
  }

  async register(email, more = {}) {
    const answer = await this.visitor.register(slug, { name: canary, contact: 'email', email, region: this.region, option: 'general', age_band: 'adult', photo: 'no', ...more });
    assert.equal(answer.status, 303, answer.text.slice(0, 2000));
    return tokenOf(answer);
  }

  async states() {
    const rows = await this.house.query('SELECT state, count(*) FROM outbox GROUP BY state');
    return Object.fromEntries(rows.map(([state, n]) => [state, Number(n)]));
  }

  async row() {
    const [[state, trouble, tries]] = await this.house.query('SELECT state, trouble, tries FROM outbox');
    return { state, trouble, tries: Number(tries) };
  }

  // As the lease's end does: what a dead process had in hand is due.
  leaseEnds() {
    const db = new DatabaseSync(join(this.house.dir, 'turnout.db'));
    db.exec('UPDATE outbox SET due = due - 300');
    db.close();
  }

  async close() {
    this.visitor?.close();
    await this.house?.close();
  }
}

describe('letters', { concurrency: 8 }, () => {
  const open = [];
  const kept = async (thing) => {
    const made = await thing;
    open.push(made);
    return made;
  };
  let certificates;

  before(() => {
    certificates = mkdtempSync(join(tmpdir(), 'turnout-mail-'));
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
      '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:0.0.0.0',
      '-keyout', join(certificates, 'key.pem'), '-out', join(certificates, 'cert.pem')], { stdio: 'ignore' });
    writeFileSync(join(certificates, 'password'), 'violet anchor\n', { mode: 0o400 });
  });
  after(async () => {
    await Promise.all(open.map((each) => each.close()));
    rmSync(certificates, { recursive: true, force: true });
    for (const { log } of logs) // of all servers of this file
      assert.doesNotMatch(log, /quetzal|Typed-It|Sin-Correo|@|example\.org|\/t\/|later\+|never\+|die\+|lost\+|slow\+|hold\+/i);
  });

  test('a family gets its tickets by letter, in its language, and the letter names nothing', async () => {
    const post = await kept(Post.open());
    const office = await kept(Office.open({ env: mailTo(post.port, { TURNOUT_MAIL_REPLY_TO: 'help@coalition.example', TURNOUT_WEB_PUBLIC_URL: 'https://t.example' }) }));
    office.visitor.close(); // forms check the origin by the public address: a script sends none
    const fields = Visitor.fill(await office.visitor.form(slug, { 'Accept-Language': 'es' }), { name: canary, contact: 'email', email: 'Rosa@Home.example.org', region: office.region, option: 'general', age_band: 'adult', photo: 'no', name_2: `${canary} junior`, age_band_2: 'under-16' });
    const answer = await office.visitor.request('POST', `/e/${slug}/register`, { headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Accept-Language': 'es' }, body: new URLSearchParams(fields).toString() });
    assert.equal(answer.status, 303, answer.text.slice(0, 500));
    const token = tokenOf(answer);
    const letter = await post.letter('rosa@home.example.org');

    assert.deepEqual(letter.defects, []);
    assert.equal(letter.sender, 'tickets@coalition.example');
    assert.equal(letter.header('From'), 'tickets@coalition.example');
    assert.equal(letter.header('To'), 'rosa@home.example.org');
    assert.equal(letter.header('Reply-To'), 'help@coalition.example');
    assert.equal(letter.header('Subject'), 'Su boleto');
    assert.match(letter.header('Message-ID'), /^<[0-9a-f]{32}@coalition\.example>$/);
    assert.ok(Math.abs(new Date(letter.header('Date')) - Date.now()) < 60_000);
    assert.equal(letter.header('Auto-Submitted'), 'auto-generated');

    assert.equal(letter.body.type, 'multipart/mixed');
    assert.deepEqual(letter.body.parts.map(({ type }) => type), ['multipart/alternative', 'application/pdf', 'text/calendar']);
    assert.deepEqual(letter.body.parts[0].parts.map(({ type }) => type), ['text/plain', 'multipart/related']);
    const html = letter.text('text/html');
    assert.match(html, /<html lang="es" dir="ltr">/);
    for (const text of [letter.text(), html])
      assert.ok(text.includes(`https://t.example/t/${token}`) && text.includes('Ya tiene su lugar.'), text);

    const pictures = letter.leaves().filter(({ type }) => type === 'image/png');
    assert.deepEqual(pictures.map(({ file, disposition }) => [file, disposition]), [['boleto-1.png', 'inline'], ['boleto-2.png', 'inline']]);
    for (const [i, { id, content }] of pictures.entries()) {
      assert.ok(html.includes(`src="cid:${id.slice(1, -1)}"`), id);
      const ticket = await office.visitor.get(`/t/${token}/${i + 1}.txt`);
      assert.equal(readByZbar(Buffer.from(content, 'base64')), ticket.text.trim());
    }

    // the tickets to print: as many pages as people, and no name on them
    const pdf = letter.leaves().find(({ type }) => type === 'application/pdf');
    const paper = Buffer.from(pdf.content, 'base64');
    assert.deepEqual([pdf.file, pdf.disposition], ['ticket.pdf', 'attachment']);
    assert.deepEqual(readPdf(paper), await Promise.all([1, 2].map(async (n) => (await office.visitor.get(`/t/${token}/${n}.txt`)).text.trim())));
    const printed = execFileSync('pdftotext', ['-', '-'], { input: paper, encoding: 'utf8' });
    assert.match(printed, /Boleto 1[^]*Boleto 2/);

    const calendar = letter.text('text/calendar').replaceAll('\r\n ', '');
    assert.equal(letter.leaves().at(-1).file, 'calendario.ics');
    assert.match(calendar, /^BEGIN:VCALENDAR\r\n/);
    const summaries = [...calendar.matchAll(/^SUMMARY:(.*)\r$/gm)].map(([, text]) => text);
    assert.ok(summaries.length > 0 && summaries.every((text) => text === 'Cita'), calendar);
    assert.doesNotMatch(calendar, /LOCATION|DESCRIPTION|URL/);
    assert.match(calendar, /^DTSTART:\d{8}T\d{6}Z\r$/m);

    // in case the screen is seen
    const all = [letter.text(), html, printed, calendar, JSON.stringify(letter.headers)].join('\n').replaceAll(token, '');
    const event = (await office.visitor.get(`/e/${slug}`, { 'Accept-Language': 'es' })).text;
    const [, title] = /<h1[^>]*>([^<]+)</.exec(event);
    for (const word of ['Xochitl', 'Sacramento', 'Immigrant', 'inmigrante', 'Capitol', slug, title])
      assert.ok(!all.toLowerCase().includes(word.toLowerCase()), word);
    await post.until(async () => (await office.states()).sent === 1, 'sent');
  });

  test('twenty people’s tickets come in one letter of a size that servers take', async () => {
    const post = await kept(Post.open());
    const office = await kept(Office.open({ env: mailTo(post.port) }));
    const others = Object.fromEntries(Array.from({ length: 19 }, (_, i) => [[`name_${i + 2}`, `Guest ${i + 2}`], [`age_band_${i + 2}`, 'adult']]).flat());
    await office.register('plain+20@example.org', others);
    const letter = await post.letter('plain+20@example.org');
    const paper = letter.contents('application/pdf')[0];
    assert.equal(new Set(readPdf(paper)).size, 20);
    assert.ok(letter.raw.length * 3 / 4 < 1_000_000, `${letter.raw.length} bytes in base64`);
  });

  test('refused for the moment comes again, refused for good is given up, a slow server keeps nobody from registering', async () => {
    const post = await kept(Post.open());
    const office = await kept(Office.open({ env: mailTo(post.port) }));
    await office.register('slow+1@example.org');
    await Promise.all(['later+1@example.org', 'never+1@example.org', 'plain+1@example.org'].map((to) => office.register(to)));
    await post.until(async () => (await office.states()).sent === 3, 'three letters');
    assert.deepEqual(await office.states(), { sent: 3, 'given-up': 1 });
    const [[trouble]] = await office.house.query("SELECT trouble FROM outbox WHERE state = 'given-up'");
    assert.equal(trouble, 'refused 550');
    await post.arrived(3);
    for (const name of ['slow', 'later', 'plain'])
      assert.equal(post.letters(`${name}+1@example.org`).length, 1);
    assert.equal(post.events.filter(({ event, to }) => event === 'rcpt' && to === 'never+1@example.org').length, 1);
  });

  test('a server that dies amid a letter gets it again, once', async () => {
    const post = await kept(Post.open());
    const office = await kept(Office.open({ env: mailTo(post.port) }));
    await office.register('die+1@example.org');
    await post.until(async () => (await office.row()).trouble === 'broken-off', 'the break');
    assert.equal(post.letters().length, 0);
    await post.until(async () => (await office.states()).sent === 1, 'sent');
    await post.arrived(1);
    assert.equal(post.letters('die+1@example.org').length, 1);
    assert.equal((await office.row()).tries, 2);
  });

  test('an answer that is lost makes a repeat that mail programs know', async () => {
    const post = await kept(Post.open());
    const office = await kept(Office.open({ env: mailTo(post.port) }));
    await office.register('lost+1@example.org');
    await post.until(async () => (await office.states()).sent === 1, 'sent');
    await post.arrived(2);
    const ids = post.letters('lost+1@example.org').map((letter) => letter.header('Message-ID'));
    assert.equal(ids.length, 2);
    assert.equal(ids[0], ids[1]);
  });

  test('without a mail server letters wait; when there is one they go, and one that is down is waited for', async () => {
    const port = await freePort();
    const office = await kept(Office.open());
    await office.register('plain+1@example.org');
    assert.deepEqual(await office.row(), { state: 'waiting', trouble: '', tries: 0 });
    await office.server.stop();
    await office.serve(mailTo(port));
    await office.register('plain+2@example.org'); // nobody listens
    const probe = await kept(freePort().then(() => ({ until: Post.prototype.until, said: '', close: () => {} })));
    await probe.until(async () => (await office.house.query("SELECT 1 FROM outbox WHERE trouble = 'unreachable'")).length, 'the trouble');
    const post = await kept(Post.open(['--port', String(port)]));
    await post.until(async () => (await office.states()).sent === 2, 'both');
    await post.arrived(2);
    assert.equal(post.letters().length, 2);
    const rows = await office.house.query('SELECT tries FROM outbox');
    assert.deepEqual(rows, [['1'], ['1']], 'a server that is down is no attempt of a letter');
  });

  test('a letter in hand when we are killed goes after the lease', async () => {
    const post = await kept(Post.open());
    const office = await kept(Office.open({ env: mailTo(post.port) }));
    await office.register('hold+1@example.org');
    await post.until(() => post.events.some(({ event }) => event === 'held'), 'the letter');
    await office.server.kill();
    post.order('go on');
    await office.serve(mailTo(post.port));
    assert.equal((await office.row()).state, 'waiting');
    await office.server.stop();
    office.leaseEnds();
    await office.serve(mailTo(post.port));
    await post.until(async () => (await office.states()).sent === 1, 'sent');
    await post.arrived(1);
    assert.equal(post.letters().length, 1);
  });

  test('killed between the server’s yes and our note: the same letter again, under the same id', async () => {
    const post = await kept(Post.open());
    const office = await kept(Office.open({ env: mailTo(post.port) }));
    await office.register('keep+1@example.org');
    await post.letter('keep+1@example.org'); // the server has it, and has not said so yet
    await office.server.kill();
    office.leaseEnds();
    await office.serve(mailTo(post.port));
    await post.until(async () => (await office.states()).sent === 1, 'sent');
    await post.arrived(2);
    const ids = new Set(post.letters().map((letter) => letter.header('Message-ID')));
    assert.equal(post.letters().length, 2);
    assert.equal(ids.size, 1);
  });

  test('two servers on one database send each letter once', async () => {
    const post = await kept(Post.open());
    const office = await kept(Office.open({ engine: 'postgres' }));
    await Promise.all(Array.from({ length: 40 }, (_, i) => office.register(`plain+${i}@example.org`)));
    await office.server.stop();
    await Promise.all([office.serve(mailTo(post.port)), office.serve(mailTo(post.port))]);
    await post.until(async () => (await office.states()).sent === 40, 'all');
    await post.arrived(40);
    assert.equal(post.letters().length, 40);
    assert.equal(new Set(post.letters().map(({ to }) => to)).size, 40);
  });

  test('a server is believed by its certificate only, and gets name and password after that', async () => {
    const [cert, key, password] = ['cert.pem', 'key.pem', 'password'].map((name) => join(certificates, name));
    const post = await kept(Post.open(['--smtps', '--cert', cert, '--key', key, '--login', 'turnout:violet anchor']));
    const url = `smtps://localhost:${post.port}`;
    const office = await kept(Office.open({ env: mailTo(0, { TURNOUT_MAIL_URL: url, TURNOUT_MAIL_USER: 'turnout', TURNOUT_MAIL_PASSWORD_FILE: password }) }));
    await office.register('plain+1@example.org');
    await post.until(async () => (await office.row()).trouble === 'tls', 'the doubt');
    await office.server.stop();
    office.leaseEnds();
    await office.serve(mailTo(0, { TURNOUT_MAIL_URL: url, TURNOUT_MAIL_USER: 'turnout', TURNOUT_MAIL_PASSWORD_FILE: password, TURNOUT_MAIL_CA_FILE: cert }));
    const letter = await post.letter('plain+1@example.org');
    assert.equal(letter.user, 'turnout');
  });

  test('elsewhere than on this machine nothing is said in the clear', async () => {
    const [cert, key] = ['cert.pem', 'key.pem'].map((name) => join(certificates, name));
    const clear = await kept(Post.open());
    const safe = await kept(Post.open(['--starttls', '--cert', cert, '--key', key]));
    // Linux takes 0.0.0.0 for this machine; turnout doesn't
    const office = await kept(Office.open({ env: mailTo(0, { TURNOUT_MAIL_URL: `smtp://0.0.0.0:${clear.port}` }) }));
    await office.register('plain+1@example.org');
    await clear.until(async () => (await office.row()).trouble === 'tls', 'the refusal');
    assert.equal(clear.events.filter(({ event }) => event !== 'listening').length, 0);
    await office.server.stop();
    office.leaseEnds();
    await office.serve(mailTo(0, { TURNOUT_MAIL_URL: `smtp://0.0.0.0:${safe.port}`, TURNOUT_MAIL_CA_FILE: cert }));
    assert.equal((await safe.letter('plain+1@example.org')).tls, true);
  });

  test('staff see what was given up and try it again; a volunteer calls who has no address, in their own region alone', async () => {
    const post = await kept(Post.open());
    const office = await kept(Office.open({ env: mailTo(post.port) }));
    const [[other]] = await office.house.query(`SELECT code FROM region WHERE code NOT IN ('outside', 'unsaid', '${office.region}') LIMIT 1`);
    for (const [name, role, ...more] of [['olga', 'owner'], ['regina', 'region', '--region', other]])
      await office.house.do(['schema', 'staff', 'add', name, '--role', role, ...more, '--password-stdin'], { input: 'violet anchor teapot nine\n' });
    const cookies = {};
    for (const name of ['olga', 'regina'])
      cookies[name] = { Cookie: (await office.visitor.submit('/staff/sign-in', { name, password: 'violet anchor teapot nine' })).headers['set-cookie'][0].split(';')[0] };
    const see = async (name, path) => (await office.visitor.get(path, cookies[name])).text;
    const press = async (name, path, fields) => {
      const csrf = valueOf(readForm(await see(name, '/staff'), ({ action }) => action === '/staff/sign-out').fields, 'csrf');
      assert.equal((await office.visitor.submit(path, { csrf, ...fields }, cookies[name])).status, 303);
    };

    await office.register('never+1@example.org', { name: 'Whoever Typed-It-Wrong' });
    await post.until(async () => (await office.states())['given-up'] === 1, 'the giving up');
    assert.match(await see('olga', '/staff'), /1 letter could not be delivered/);
    let page = await see('olga', '/staff/letters');
    assert.match(page, /Whoever Typed-It-Wrong.*never\+1@example\.org[^]*refused: the address may be wrong 550/);
    const refusals = () => post.events.filter(({ event, to }) => event === 'rcpt' && to === 'never+1@example.org').length;
    await press('olga', '/staff/letters/again', {});
    await post.until(() => refusals() === 2, 'the second try');
    assert.match(await see('olga', '/staff/audit'), /letters again/);

    const fields = Visitor.fill(await office.visitor.form(slug, { 'Accept-Language': 'es' }), { name: 'Abuela Sin-Correo', contact: 'phone', phone: '+1 (916) 555-0100', region: office.region, option: 'general', age_band: 'adult', photo: 'no' });
    const token = tokenOf(await office.visitor.submit(`/e/${slug}/register`, fields, { 'Accept-Language': 'es' }));
    page = unescape(await see('olga', '/staff/calls'));
    assert.match(page, /<h2><bdi>Abuela Sin-Correo/);
    assert.ok(page.includes('href="tel:+19165550100"'));
    const words = new URLSearchParams(/href="sms:\+19165550100\?([^"]+)"/.exec(page)[1]).get('body');
    assert.ok(words.startsWith('Hola: Ya tiene su lugar.') && words.includes(`/t/${token}`), words);
    assert.ok(!words.includes('Abuela'));
    const cause = valueOf(readForm(page, ({ action }) => action === '/staff/calls/done').fields, 'cause');

    assert.doesNotMatch(await see('regina', '/staff/calls'), /Abuela/);
    await press('regina', '/staff/calls/done', { cause });
    assert.match(await see('olga', '/staff/calls'), /Abuela/, 'not of her region');
    await press('olga', '/staff/calls/done', { cause });
    assert.match(await see('olga', '/staff/calls'), /Nobody has to be called/);
    assert.deepEqual(await office.house.query("SELECT who, done IS NULL FROM outbox WHERE state = 'called'"), [['olga', office.house.database ? 'f' : '0']]);
    assert.ok(!post.letters().length);
  });

  test('the letter and the call about a free place say until when, in the person’s language and the event’s zone', async () => {
    const post = await kept(Post.open());
    const office = await kept(Object.assign(new Office(), { house: await emptyHouse('sqlite') }));
    const load = async (capacity) => {
      const file = join(office.house.dir, '..', 'definition.json');
      writeFileSync(file, eventAhead('few-places', (definition) => {
        definition.options[0].capacity = capacity;
        definition.zone = 'Asia/Tokyo'; // where no clock changes
        definition.title.es = 'Pocos lugares';
      }));
      await office.house.do(['schema', 'load', file]);
    };
    await office.house.do(['schema', 'init']);
    await load(1);
    await office.serve(mailTo(post.port));
    await office.house.do(['schema', 'staff', 'add', 'olga', '--role', 'owner', '--password-stdin'], { input: 'violet anchor teapot nine\n' });
    const cookie = { Cookie: (await office.visitor.submit('/staff/sign-in', { name: 'olga', password: 'violet anchor teapot nine' })).headers['set-cookie'][0].split(';')[0] };
    const register = async (contact, lang) => {
      const fields = Visitor.fill(await office.visitor.form('few-places', { 'Accept-Language': lang }), { name: canary, region: '1', option: 'a', age_band: 'adult', photo: 'no', ...contact });
      assert.equal((await office.visitor.submit('/e/few-places/register', fields, { 'Accept-Language': lang })).status, 303);
    };
    await register({ contact: 'none' }, 'en');
    await register({ contact: 'email', email: 'plain+first@example.org' }, 'es');
    await register({ contact: 'phone', phone: '+1 (916) 555-0101' }, 'en');
    await load(3);
    const [[mailed], [called]] = await office.house.query("SELECT a.option_offer FROM attendee a WHERE a.option_offer IS NOT NULL ORDER BY a.no");
    // day and time apart: what stands between them is each library's own
    const told = (language, at) => [{ dateStyle: 'full' }, { timeStyle: 'short' }].map((style) => new Intl.DateTimeFormat(language, { ...style, timeZone: 'Asia/Tokyo' }).format(new Date(Number(at) * 1000)).replace(/\s/g, ' '));
    const tells = (text, [day, time]) => text.startsWith(day) && text.includes(/\d+:\d+/.exec(time)[0]);
    const letters = () => post.letters('plain+first@example.org').find((letter) => letter.header('Subject') === 'Hay un lugar para usted');
    const letter = await post.until(letters, 'the offer');
    for (const text of [letter.text(), letter.text('text/html')]) {
      const [, until] = /Hasta el (.*?) se lo guardamos\. La zona horaria es JST\./.exec(text.replace(/\s/g, ' '));
      assert.ok(tells(until, told('es-US', mailed)), until);
    }
    // who is called has as long from the moment when they are told, so the words count from now
    const calls = unescape((await office.visitor.get('/staff/calls', cookie)).text).replace(/\s/g, ' ');
    const [, until] = /Until (.*?) it is kept for you\. The time zone is JST\./.exec(calls);
    const now = Date.now() / 1000;
    assert.ok([now - 60, now].some((at) => tells(until, told('en', Math.min(at + 24 * 3600, Number(called))))), until);
  });

  test('a lost link comes again, once an hour; the answer tells nobody whether the address is known', async () => {
    const post = await kept(Post.open());
    const office = await kept(Office.open({ env: mailTo(post.port) }));
    const tokens = [await office.register('plain+1@example.org'), await office.register('plain+1@example.org')];
    await post.arrived(2);
    const answers = [];
    for (const email of ['PLAIN+1@example.org', 'nobody@example.org', ' plain+1@example.org '])
      answers.push(await office.visitor.submit('/lost-link', { email }));
    for (const { status, headers, text } of answers)
      assert.deepEqual([status, headers.location, text], [303, '/lost-link?asked=1', answers[0].text]);
    assert.match((await office.visitor.get('/lost-link?asked=1')).text, /If somebody registered with that address/);
    await post.until(async () => (await office.states()).sent >= 4, 'the links');
    await post.arrived(4);
    const again = post.letters('plain+1@example.org').filter((letter) => letter.header('Subject') === 'Your link');
    assert.ok(again.length === 2 || again.length === 4); // 4: the hour has just turned
    for (const token of tokens)
      assert.ok(again.some((letter) => letter.text().includes(`/t/${token}`)), 'of each registration');
    assert.equal(post.letters('nobody@example.org').length, 0);
    assert.equal((await office.visitor.submit('/lost-link', { email: 'no address' })).status, 422);
    assert.equal((await office.visitor.submit('/lost-link', { email: 'a@example.org' }, { Origin: 'https://evil.example' })).status, 403);
    await office.server.stop();
    await office.serve({});
    assert.match((await office.visitor.get('/lost-link')).text, /Letters are not being sent at the moment/);
  });

  test('nobody adds a line to a letter, and a registration that is repeated adds no letter', async () => {
    const post = await kept(Post.open());
    const office = await kept(Office.open({ env: mailTo(post.port) }));
    for (const email of ['a@example.org\r\nBcc: b@example.org', 'a@example.org, b@example.org', '<a@example.org>', 'a@exa mple.org']) {
      const answer = await office.visitor.register(slug, { name: canary, contact: 'email', email, region: office.region, option: 'general', age_band: 'adult', photo: 'no' });
      if (answer.status === 303)
        continue; // an address that the form lets pass is for a volunteer, see below
      assert.equal(answer.status, 422);
    }
    const fields = Visitor.fill(await office.visitor.form(slug), { name: `${canary}\r\nBcc: x@example.org`, contact: 'email', email: 'plain+1@example.org', region: office.region, option: 'general', age_band: 'adult', photo: 'no' });
    for (let i = 0; i < 3; i++)
      assert.equal((await office.visitor.submit(`/e/${slug}/register`, fields)).status, 303);
    await post.until(async () => !(await office.states()).waiting, 'the end');
    await post.arrived(1);
    assert.deepEqual(post.letters().map(({ to }) => to), ['plain+1@example.org']);
    assert.equal(post.letters()[0].header('Bcc'), '');
    const { sent, call = 0, ...others } = await office.states();
    assert.deepEqual([sent, others], [1, {}]);
    assert.ok(call <= 3);
  });
});
