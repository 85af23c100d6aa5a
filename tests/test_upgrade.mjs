// Databases that older programs have filled (databases/, make.mjs) are brought up to date: the tables become those of a new
// one, and the people, tickets, devices and staff in them go on. One that is newer is refused.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Device, markOf } from './lib/door.mjs';
import { binary, query } from './lib/postgres.mjs';
import { Trace } from './lib/trace.mjs';
import { emptyHouse, engines, program, run } from './lib/turnout.mjs';
import { Visitor } from './lib/visitor.mjs';

const databases = join(import.meta.dirname, 'databases');
const folders = readdirSync(databases).filter((name) => /^\d{4}-/.test(name)).sort();
const expectedIn = (folder) => JSON.parse(readFileSync(join(databases, folder, 'expected.json'), 'utf8'));

// A data folder as the older program left it.
async function oldHouse(folder, engine) {
  const house = await emptyHouse(engine);
  for (const [name, content] of Object.entries(JSON.parse(readFileSync(join(databases, folder, 'keys.json'), 'utf8')))) {
    mkdirSync(dirname(join(house.dir, name)), { recursive: true, mode: 0o700 });
    writeFileSync(join(house.dir, name), Buffer.from(content, 'base64'), { mode: 0o600 });
  }
  const file = join(databases, folder, 'database.sql');
  const made = engine === 'sqlite'
    ? spawnSync('sqlite3', ['-bail', join(house.dir, 'turnout.db'), `.read ${file}`, 'PRAGMA journal_mode = WAL'], { encoding: 'utf8' })
    : spawnSync(binary('psql'), ['-Xq', '-v', 'ON_ERROR_STOP=1', '-d', house.database, '-f', file], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  if (engine === 'sqlite')
    chmodSync(join(house.dir, 'turnout.db'), 0o600);
  return house;
}

// All that a database says of its tables: columns in their order with types and defaults, keys, checks, indexes.
async function tablesOf(house) {
  const versions = await house.query('SELECT no, name, checksum FROM schema_version ORDER BY no');
  if (!house.database)
    return { versions, tables: await house.query("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY type, name") };
  const dumped = spawnSync(binary('pg_dump'), ['--schema-only', '--no-owner', '--no-privileges', '-d', house.database], { encoding: 'utf8' });
  assert.equal(dumped.status, 0, dumped.stderr);
  return { versions, tables: dumped.stdout.split('\n').filter((line) => line && !/^(--|\\)/.test(line)) };
}

const rowsOf = (csv) => csv.trim().split(/\r?\n/).map((line) => line.split(','));
// What the older report said, in the columns that it had, of a later one; rows in its order.
function inColumnsOf(older, later) {
  const [names] = rowsOf(older);
  const [now, ...rows] = rowsOf(later);
  const at = names.map((name) => now.indexOf(name));
  assert.ok(at.every((place) => place >= 0), `columns of ${names} are gone: ${now}`);
  return [names, ...rows.map((row) => at.map((place) => row[place]))];
}

for (const engine of engines) {
  describe(engine, () => {
    let fresh;
    before(async () => {
      const house = await emptyHouse(engine);
      await house.do(['schema', 'init']);
      fresh = await tablesOf(house);
      await house.close();
    });

    const mine = folders.filter((folder) => folder.endsWith(`-${engine}`));
    test('there are databases of older programs, each with people in it', () => {
      assert.ok(mine.length >= 2);
      for (const folder of mine)
        assert.match(expectedIn(folder).reports.roster, /Guest Wren/);
    });

    for (const folder of mine) {
      describe(folder, () => {
        const { slug, password, people, devices, reports } = expectedIn(folder);
        let house, server, visitor;
        before(async () => { house = await oldHouse(folder, engine); });
        after(async () => {
          visitor?.close();
          await house?.close();
        });
        const report = (name) => house.do(['report', name, '--event', slug, '--format', 'csv']);

        test('what only reads says in one line that the database is older, and leaves it', async () => {
          const before = await tablesOf(house);
          assert.equal(before.versions.length, Number(folder.slice(0, 4)));
          if (before.versions.length === fresh.versions.length)
            return; // of this program's own schema: nothing to say
          const { status, stdout, stderr } = await house.turnout(['report', 'attendance', '--event', slug]);
          assert.deepEqual([status, stdout], [2, '']);
          assert.match(stderr, /^turnout: [^\n]*older turnout \(schema \d+, this program needs \d+\)[^\n]*\n$/);
          assert.deepEqual(await tablesOf(house), before);
        });

        test('once served its tables are those of a new one', async () => {
          server = await house.serve();
          visitor = new Visitor(server.url);
          assert.deepEqual(await tablesOf(house), fresh);
        });

        test('it is sound, and its reports say what they said', async () => {
          const { status, stdout, stderr } = await house.turnout(['schema', 'verify']);
          assert.equal(status, 0, stdout + stderr);
          for (const [name, said] of Object.entries(reports))
            assert.deepEqual(inColumnsOf(said, await report(name)), rowsOf(said), name);
        });

        test('tickets open and scan, at a door that was paired before and at a new one', async () => {
          for (const { name, token, ticket } of people) {
            const page = await visitor.get(`/t/${token}`);
            assert.equal(page.status, 200, name);
            assert.ok(page.text.includes(name), name);
            assert.equal((await visitor.get(`/t/${token}/1.txt`)).text.trim(), ticket);
          }
          const [[salt]] = await house.query('SELECT salt FROM event');
          const mark = (n) => markOf(Buffer.from(salt, 'hex'), people[n].ticket);
          const gate = Object.assign(Object.create(Device.prototype), devices[0]);
          const bridge = await Device.pair(house, visitor, slug, 'meadow', { name: 'Bridge' });
          assert.deepEqual([await gate.scan(visitor, mark(0)), await gate.scan(visitor, mark(2)), await bridge.scan(visitor, mark(3))]
            .map(({ decision }) => decision), ['again', 'admit', 'admit']);
          const came = (csv) => rowsOf(csv).slice(1).reduce((sum, row) => sum + Number(row[4]), 0);
          assert.equal(came(await report('attendance')), came(reports.attendance) + 2);
        });

        test('new people register, and staff sign in with the password they have', async () => {
          const answer = await visitor.register(slug, { name: 'Guest Kestrel', contact: 'none', region: 'north', option: 'open', age_band: 'adult', photo: 'no' });
          assert.equal(answer.status, 303, answer.text);
          assert.equal((await visitor.submit('/staff/sign-in', { name: 'olga', password })).status, 303);
          assert.match(await report('roster'), /Guest Kestrel/);
        });

        test('it is sound afterwards, and one that is newer than the program is refused in one line', async () => {
          assert.deepEqual(await server.stop(), { status: 0, signal: null });
          const { status, stdout, stderr } = await house.turnout(['schema', 'verify']);
          assert.equal(status, 0, stdout + stderr);
          const next = fresh.versions.length + 1;
          const sql = `INSERT INTO schema_version (no, name, checksum) VALUES (${next}, '9999', 'of a later day')`;
          if (house.database)
            query(house.database, sql);
          else
            assert.equal(spawnSync('sqlite3', [join(house.dir, 'turnout.db'), sql]).status, 0);
          for (const args of [['web', '--listen', '127.0.0.1:0'], ['schema', 'verify'], ['schema', 'expire'], ['report', 'attendance', '--event', slug]]) {
            const refused = await house.turnout(args);
            assert.deepEqual([refused.status, refused.stdout], [2, ''], args.join(' '));
            assert.match(refused.stderr, new RegExp(`^turnout: [^\\n]*newer turnout \\(schema ${next}, this program knows ${next - 1}\\)[^\\n]*\\n$`), args.join(' '));
          }
        });
      });
    }

    test('killed while it is brought up to date, a database is the old one or the new one', async (t) => {
      const [folder] = mine;
      const { slug, reports } = expectedIn(folder);
      const house = await oldHouse(folder, engine);
      const old = await tablesOf(house);
      const seen = { old: 0, new: 0 };
      const call = engine === 'sqlite' ? 'pwrite64' : 'sendto';
      let killed;
      for (let n = 1, step = 1; ; n += step) {
        if (seen.old > 4)
          step = engine === 'sqlite' ? 5 : 2; // far enough into it: fewer moments
        const trace = new Trace([call], [`${call}:signal=KILL:when=${n}`]);
        const { status, signal } = await run(trace.wrap[0], [...trace.wrap.slice(1), program, 'schema', 'expire', ...house.place], { env: trace.env });
        trace.close();
        killed = signal === 'SIGKILL' || status === 137;
        if (!killed)
          assert.equal(status, 0);
        const tables = await tablesOf(house);
        const is = tables.versions.length === old.versions.length ? 'old' : 'new';
        assert.deepEqual(tables, is === 'old' ? old : fresh, `after call ${n}`);
        seen[is]++;
        if (is === 'new')
          break;
      }
      t.diagnostic(`killed at ${seen.old + (killed ? 1 : 0)} moments`);
      assert.ok(seen.old >= 5 && seen.new === 1, JSON.stringify(seen));
      await house.do(['schema', 'expire']);
      assert.equal((await house.turnout(['schema', 'verify'])).status, 0);
      assert.deepEqual(rowsOf(await house.do(['report', 'attendance', '--event', slug, '--format', 'csv'])), rowsOf(reports.attendance));
      await house.close();
    });
  });
}
