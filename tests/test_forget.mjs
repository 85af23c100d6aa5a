// What people said, followed to where it must not be: two hundred strings that nobody else has, through every form. After a
// deletion, after expiry (killed in the middle, again and again) and in what an older backup brings back none of
// them is found. On both engines.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Device, markOf } from './lib/door.mjs';
import { House, emptyHouse, engines, example, daysAhead, run, program, sleep } from './lib/turnout.mjs';
import { Visitor, readForm, tokenOf } from './lib/visitor.mjs';

const slug = 'immigrant-day-of-action';
const ahead = 40;
const password = 'violet anchor teapot nine';
const passphrase = 'correct horse battery staple';
const web = 22, listed = 6;

// Twelve letters that are nobody's word.
const canary = () => `Zq${randomBytes(10).toString('hex').replace(/\d/g, (digit) => 'ghijklmnop'[digit]).slice(0, 12)}`;

const definition = () => {
  const given = JSON.parse(readFileSync(example, 'utf8'));
  for (const [code, days] of [['two', 2], ['week', 7], ['month', 30]])
    given.questions.push({ code, type: 'text', label: { en: `Asked for ${days} days` }, purpose: { en: 'To try' },
      seen_by: ['owner', 'staff'], days_kept: days });
  return JSON.stringify(given);
};

const filesUnder = (folder) => readdirSync(folder, { withFileTypes: true, recursive: true })
  .filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));

for (const engine of engines) {
  describe(engine, () => {
    let house, server, visitor, top, device, salt;
    const people = []; // { name, said: [strings], no, token }
    const gone = []; // of them, deleted
    let sealed; // owner -> [hex of values]

    const said = (more = {}) => {
      const person = { said: [] };
      const say = (text = canary()) => (person.said.push(text), text);
      person.name = say();
      person.answers = { name: person.name, contact: 'email', email: say(`${canary().toLowerCase()}@example.org`), region: '1', age_band: 'adult',
        photo: 'no', option: 'general', access: 'lift-seat', access_text: say(), emergency_name: say(), emergency_phone: say(`916555${String(1000 + people.length)}`),
        question_two: say(), question_week: say(), question_month: say(), ...more };
      people.push(person);
      return person;
    };
    const everything = (who = people) => who.flatMap((person) => person.said);
    const hex = engine === 'sqlite' ? 'hex(value)' : "upper(encode(value, 'hex'))";
    const readSealed = async () => {
      const owners = new Map();
      for (const [owner, value] of await house.query(`SELECT owner, ${hex} FROM sealed`))
        owners.set(owner, [...owners.get(owner) ?? [], value]);
      return owners;
    };
    const report = (from, name) => from.do(['report', name, '--event', slug, '--format', 'csv']);

    // All that is at rest, but for the backups: files, what the server has said, and PostgreSQL's rows.
    async function atRest() {
      const found = filesUnder(top).filter((file) => !file.includes('/apart/')).map((file) => [file, readFileSync(file)]);
      found.push(['the log', Buffer.from(server?.log ?? '')]);
      if (engine === 'postgres') {
        const tables = await house.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
        for (const [table] of tables)
          found.push([table, Buffer.from((await house.query(`SELECT CAST(t AS TEXT) FROM "${table}" t`)).join('\n'))]);
      }
      return found;
    }
    async function assertNowhere(strings, values) {
      assert.ok(strings.length > 0 && values.length > 0);
      for (const [where, bytes] of await atRest()) {
        const text = bytes.toString('latin1');
        for (const string of strings)
          assert.ok(!text.includes(string) && !text.toLowerCase().includes(string.toLowerCase()), `${where} holds ${string}`);
        const upper = engine === 'postgres' ? text.toUpperCase() : '';
        for (const value of values)
          assert.ok(!bytes.includes(Buffer.from(value, 'hex')) && !upper.includes(value), `${where} holds a sealed value`);
      }
    }
    const serve = (of = house) => of.serve({ env: { TMPDIR: join(top, 'tmp') } });

    before(async () => {
      house = await emptyHouse(engine);
      top = dirname(house.dir);
      mkdirSync(join(top, 'tmp'));
      mkdirSync(join(top, 'apart'));
      const file = join(top, 'apart', 'definition.json');
      writeFileSync(file, definition());
      await house.do(['schema', 'init']);
      await house.do(['schema', 'load', file, '--starts', daysAhead(ahead)]);
      await house.do(['schema', 'staff', 'add', 'olga', '--role', 'owner', '--event', slug, '--password-stdin'], { input: `${password}\n` });
      server = await serve();
      visitor = new Visitor(server.url);
      salt = Buffer.from((await house.query('SELECT salt FROM event'))[0][0].replace('\\x', ''), 'hex');
    });
    after(async () => {
      visitor?.close();
      await house?.close();
    });

    test('two hundred strings go in by the form, a list and the desk', async () => {
      for (let i = 0; i < web; i++) {
        const person = said();
        const answer = await visitor.register(slug, person.answers);
        assert.equal(answer.status, 303);
        person.token = tokenOf(answer);
      }
      const columns = Object.keys(people[0].answers);
      const rows = Array.from({ length: listed }, (_, i) => [`r${i}`, ...Object.values(said().answers)].join(','));
      const list = join(top, 'apart', 'list.csv');
      writeFileSync(list, `${['ref', ...columns].join(',')}\n${rows.join('\n')}\n`);
      await house.do(['schema', 'import', list, '--event', slug]);
      const answer = await visitor.submit('/staff/sign-in', { name: 'olga', password });
      const cookie = { Cookie: answer.headers['set-cookie'][0].split(';')[0] };
      const form = readForm((await visitor.get('/staff/people/walk-in', cookie)).text, ({ fields }) => fields.some(([name]) => name === 'name'));
      const desk = { said: [canary()] };
      desk.name = desk.said[0];
      people.push(desk);
      const entered = await visitor.submit('/staff/people/walk-in', Visitor.fill(form.fields, { name: desk.name, region: '1' }), cookie);
      assert.ok(entered.status < 400, entered.text);

      assert.ok(everything().length >= 200);
      const names = await report(house, 'roster');
      for (const { name } of people)
        assert.ok(names.includes(name), 'the roster has them: they are in there');
      for (const [i, [no, id]] of (await house.query('SELECT no, id FROM attendee ORDER BY no')).entries())
        Object.assign(people[i], { no, id });
      sealed = await readSealed();
      await assertNowhere(everything(), ['ff'.repeat(40)]); // sealed, not as they were typed
      // and whoever looks for what is there finds it
      await assert.rejects(assertNowhere(everything(), sealed.values().next().value));
    });

    test('some come, and the rows and keys are backed up beside the running server', async () => {
      device = await Device.pair(house, visitor, slug, 'conference');
      for (const person of people.slice(0, 6)) {
        const [, text] = /\b(T1[0-9A-Z]{120})\b/.exec((await visitor.get(`/t/${person.token}`)).text) ?? [];
        person.mark = text && markOf(salt, text);
        if (!person.mark) {
          const [[mark]] = await house.query(`SELECT mark FROM attendee WHERE no = ${person.no}`);
          person.mark = BigInt.asUintN(64, BigInt(mark)).toString(16).padStart(16, '0');
        }
        assert.equal((await device.scan(visitor, person.mark)).decision, 'admit');
      }
      const told = await house.turnout(['schema', 'backup', join(top, 'apart', 'rows.db')]);
      assert.equal(told.status, 0, told.stderr);
      assert.match(told.stderr, /backup-keys/);
      await house.do(['schema', 'backup-keys', join(top, 'apart', 'keys'), '--passphrase-stdin'], { input: `${passphrase}\n` });
      assert.equal(statSync(join(top, 'apart', 'keys')).mode & 0o077, 0);
    });

    test('who is deleted is nowhere at once, and the numbers stay', async () => {
      const before = await report(house, 'attendance');
      const conference = (csv) => csv.split('\n').filter((line) => line.includes('conference'));
      for (const person of people.slice(0, 10)) {
        assert.equal(await house.do(['schema', 'erase', person.no, '--event', slug]), 'deleted\n');
        gone.push(person);
      }
      await assertNowhere(everything(gone), gone.flatMap(({ id }) => sealed.get(id)));
      assert.equal((await visitor.get(`/t/${gone[0].token}`)).status, 404);
      assert.equal((await device.scan(visitor, gone[0].mark)).decision, 'reject_revoked');
      // who came still came; who didn't is expected no more
      const came = (csv) => conference(csv).map((line) => line.split(',')[4]);
      assert.deepEqual(came(await report(house, 'attendance')), came(before));
      assert.match(await house.do(['schema', 'verify']), /./);
      const told = await house.turnout(['schema', 'backup', join(top, 'apart', 'later.db')]);
      assert.match(told.stderr, /make it anew/, 'the copy of the keys is old');
    });

    test('an older backup doesn’t bring them back, and the door goes on with it', async () => {
      const back = new House(join(top, 'apart', 'restored'), undefined);
      const said = await back.do(['schema', 'restore', join(top, 'apart', 'rows.db'), '--keys', join(house.dir, 'keys')]);
      assert.match(said, /10 people deleted again/);
      assert.match(await back.do(['schema', 'verify']), /./);
      const names = await report(back, 'roster');
      for (const person of people)
        assert.equal(names.includes(person.name), !gone.includes(person));
      const other = await serve(back), guest = new Visitor(other.url);
      try {
        assert.equal((await guest.get(`/t/${gone[0].token}`)).status, 404);
        assert.equal((await guest.get(`/t/${people[12].token}`)).status, 200);
        const [[mark]] = await back.query(`SELECT mark FROM attendee WHERE no = ${people[12].no}`);
        const answer = await device.scan(guest, BigInt.asUintN(64, BigInt(mark)).toString(16).padStart(16, '0'));
        assert.equal(answer.decision, 'admit', answer.text);
        assert.equal((await device.scan(guest, gone[0].mark)).decision, 'reject_revoked');
      } finally {
        guest.close();
        await other.stop();
      }
      // a wrong passphrase, and a folder in use, are refused
      const wrong = await new House(join(top, 'apart', 'wrong')).turnout(
        ['schema', 'restore', join(top, 'apart', 'rows.db'), '--keys', join(top, 'apart', 'keys'), '--passphrase-stdin'], { input: 'no such phrase\n' });
      assert.equal(wrong.status, 2, wrong.stderr);
      assert.equal((await back.turnout(['schema', 'restore', join(top, 'apart', 'rows.db'), '--keys', join(house.dir, 'keys')])).status, 2);
    });

    test('under a legal hold somebody is hidden at once, and deleted when it is released', async () => {
      const person = people[13];
      const hold = /^hold (\w{16})/.exec(await house.do(['schema', 'hold', 'add', '--event', slug, '--person', person.no, '--reason', 'Case 12']))[1];
      assert.match(await house.do(['schema', 'erase', person.no, '--event', slug]), /^hidden/);
      assert.equal((await visitor.get(`/t/${person.token}`)).status, 404);
      assert.ok(!(await report(house, 'roster')).includes(person.name));
      assert.match(await house.do(['schema', 'hold', 'list']), new RegExp(`^${hold}\t${slug}\tperson\t${person.no}\t1\t.*holds\tCase 12$`, 'm'));
      assert.equal((await readSealed()).get(person.id)?.length, 3, 'it is kept');
      assert.match(await house.do(['schema', 'hold', 'release', hold]), /are now: 1$/m);
      await assertNowhere(person.said, sealed.get(person.id));
      gone.push(person);
    });

    test('after its days nothing of anybody is left, whenever the program is killed, and the numbers stay', async () => {
      const attendance = await report(house, 'attendance'), arrivals = await report(house, 'arrivals');
      sealed = await readSealed();
      await server.stop();
      const now = `${daysAhead(ahead + 40)}T00:00:00Z`;
      const args = ['schema', 'expire', '--now', now, ...house.place];
      for (let wait = 4; wait < 60; wait += 8) {
        const child = spawn(program, args, { stdio: 'ignore' });
        const ended = new Promise((done) => child.on('close', done));
        await sleep(wait);
        child.kill('SIGKILL');
        await ended;
        assert.equal(await report(house, 'attendance'), attendance, `killed after ${wait} ms`);
      }
      const last = await run(program, args);
      assert.equal(last.status, 0, last.stderr);
      assert.match(await house.do(['schema', 'verify']), /./);
      assert.equal(await report(house, 'attendance'), attendance);
      assert.equal(await report(house, 'arrivals'), arrivals);
      assert.deepEqual(await house.query('SELECT count(*) FROM attendee'), [['0']]);
      await assertNowhere(everything(), [...sealed.values()].flat());
      assert.doesNotMatch(await report(house, 'roster'), /Zq/);
      const again = await run(program, args);
      assert.match(again.stdout, /^ +0 people who are counts now$/m);

      // the same backup again: the keys are gone, the folder knows
      const back = new House(join(top, 'apart', 'restored-late'), undefined);
      await back.do(['schema', 'restore', join(top, 'apart', 'rows.db'), '--keys', join(house.dir, 'keys')]);
      assert.doesNotMatch(await report(back, 'roster'), /Zq/);
      assert.deepEqual(await back.query('SELECT value FROM sealed'), []);
    });
  });
}
