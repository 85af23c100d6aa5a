// `turnout report` as its users have it, over the 1,400 invented people of ./demo, on both engines.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { engines, example, openHouse, program, run } from './lib/turnout.mjs';
import { csvHead, csvLine, people } from './roster.mjs';

const slug = 'immigrant-day-of-action';
const definition = JSON.parse(readFileSync(example, 'utf8'));
const invented = [...people({ count: 1400, seed: 1, definition })];

// RFC 4180, as strict as it is written.
function readCsv(text) {
  assert.ok(text.endsWith('\r\n'));
  const rows = [];
  let row = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted !== undefined ? quoted.replaceAll('""', '"') : plain);
    if (end === '\r\n')
      rows.push(row.splice(0));
  }
  const [head, ...body] = rows;
  body.forEach((each) => assert.equal(each.length, head.length));
  return body.map((each) => Object.fromEntries(each.map((value, i) => [head[i], value])));
}

test('the same seed invents the same people, another seed others', () => {
  const all = (seed) => [...people({ count: 50, seed, definition })].map(csvLine).join('');
  assert.equal(all(7), all(7));
  assert.notEqual(all(7), all(8));
});

test('invented people can be reached by nobody', () => {
  for (const person of invented) {
    assert.match(person.email ?? 'a@example.org', /@example\.(org|com)$/);
    assert.match(person.phone ?? '555-0100', /555-01\d\d$/);
  }
  assert.equal(new Set(invented.map(({ region }) => region)).size, 10);
});

for (const engine of engines)
  describe(engine, () => {
    let house;
    const ask = (...words) => house.turnout(['report', ...words]);
    const csv = async (...words) => readCsv(await house.do(['report', ...words, '--event', slug, '--format', 'csv']));

    before(async () => {
      house = await openHouse(engine);
    });
    after(() => house?.close());

    test('an event without people has its rows, all zero', async () => {
      const rows = await csv('attendance');
      assert.ok(rows.length >= 10 * definition.sessions.length);
      assert.equal(rows.length % definition.sessions.length, 0);
      for (const { region_code: region, session, ...numbers } of rows) {
        assert.ok(region && definition.sessions.some(({ code }) => code === session));
        assert.deepEqual(Object.values(numbers).slice(1), ['0', '0', '0', '0', '0']);
      }
      assert.match(await house.do(['report', 'roster', '--event', slug]), /^no rows$/m);
    });

    test('1,400 invented people fit into the example, and are nobody twice', async () => {
      const file = join(house.dir, '..', 'roster.csv');
      writeFileSync(file, csvHead + invented.map(csvLine).join(''));
      assert.match(await house.do(['schema', 'import', file, '--event', slug]), /^1400 registered, 0 /m);
      assert.match(await house.do(['schema', 'import', file, '--event', slug]), /^0 registered, 1400 /m);
    });

    test('people are expected where their option and their choices take them, in their region', async () => {
      const expected = {};
      const count = (region, session) => {
        if (session)
          expected[`${region} ${session}`] = (expected[`${region} ${session}`] ?? 0) + 1;
      };
      for (const person of invented) {
        for (const session of definition.options.find(({ code }) => code === person.option).includes)
          count(person.region, session);
        count(person.region, person.session_bus);
        count(person.region, definition.sessions.find(({ code }) => code === person.session_bus)?.return);
        count(person.region, person.session_training);
        count(person.region, person.session_visit);
      }
      const rows = await csv('attendance');
      for (const row of rows) {
        assert.equal(Number(row.expected), expected[`${row.region_code} ${row.session}`] ?? 0, `${row.region_code} ${row.session}`);
        assert.equal(row.no_show, row.expected);
      }
      assert.equal(rows.reduce((sum, row) => sum + Number(row.expected), 0), Object.values(expected).reduce((a, b) => a + b));
    });

    test('the roster lists each by name, in every script', async () => {
      const rows = await csv('roster');
      const told = (person) => [person.name, person.region, person.delegation, person.option, person.age_band, person.lang].join('|');
      assert.deepEqual(rows.map((row) => [row.name, row.region_code, row.delegation, row.option, row.age_band, row.lang].join('|')).sort(),
        invented.map(told).sort());
      const bus = await csv('roster', '--session', 'bus-valley', '--region', '4');
      assert.deepEqual(bus.map(({ name }) => name).sort(),
        invented.filter(({ session_bus: taken, region }) => taken === 'bus-valley' && region === '4').map(({ name }) => name).sort());
    });

    test('fees are counted by region and option, and make a sum; every format says the same', async () => {
      const fees = Object.fromEntries(definition.options.filter(({ fee }) => fee).map(({ code, fee }) => [code, fee.amount]));
      const rows = await csv('fees');
      assert.deepEqual(new Set(rows.map(({ option }) => option)), new Set(Object.keys(fees)));
      for (const row of rows) {
        const n = invented.filter(({ region, option }) => region === row.region_code && option === row.option).length;
        assert.deepEqual([row.currency, row.due, row.paid, row.waived, row.due_sum, row.paid_sum, row.waived_sum],
          ['USD', String(n), '0', '0', (n * fees[row.option] / 100).toFixed(2), '0.00', '0.00']);
      }
      const all = rows.reduce((sum, row) => sum + Number(row.due_sum), 0);
      assert.ok(all > 1000);
      for (const by of ['region', 'option']) {
        const added = await csv('fees', '--by', by);
        assert.equal(added.reduce((sum, row) => sum + Number(row.due_sum), 0), all);
        assert.equal(added.length, new Set(rows.map((row) => row[by === 'region' ? 'region_code' : by])).size);
      }
      assert.deepEqual((await csv('fees', '--region', '8')).map((row) => row.region_code), Object.keys(fees).map(() => '8'));
      const json = JSON.parse(await house.do(['report', 'fees', '--event', slug, '--format', 'json']));
      assert.deepEqual(json.map((row) => Number(row.due_sum)), rows.map((row) => Number(row.due_sum)));
      const table = await house.do(['report', 'fees', '--event', slug]);
      assert.match(table, new RegExp(` ${rows[0].due_sum.replace('.', '\\.')} `));
      for (const [format, head] of [['xlsx', 'PK'], ['pdf', '%PDF-']]) {
        const file = join(house.dir, '..', `fees.${format}`);
        await house.do(['report', 'fees', '--event', slug, '--format', format, '--output', file]);
        assert.equal(readFileSync(file).subarray(0, head.length).toString(), head);
      }
      const inside = await run('unzip', ['-p', join(house.dir, '..', 'fees.xlsx'), 'xl/worksheets/sheet1.xml']);
      assert.match(inside.stdout, new RegExp(`<v>${Number(rows[0].due_sum)}</v>`), 'a number, to be added up');
    });

    test('CSV, JSON and the table say the same', async () => {
      const rows = await csv('attendance', '--session', 'lunch');
      const json = JSON.parse(await house.do(['report', 'attendance', '--event', slug, '--session', 'lunch', '--format', 'json']));
      assert.deepEqual(json.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value)]))), rows);
      const table = await house.do(['report', 'attendance', '--event', slug, '--session', 'lunch']);
      assert.deepEqual(table.trim().split('\n').slice(2).map((line) => line.trim().split(/ {2,}/)), rows.map((row) => Object.values(row)));
    });

    test('a file is whole, its owner\'s only, and not there when it could not be written', async () => {
      const file = join(house.dir, '..', 'attendance.csv');
      await house.do(['report', 'attendance', '--event', slug, '--format', 'csv', '--output', file]);
      assert.equal(readFileSync(file, 'utf8'), await house.do(['report', 'attendance', '--event', slug, '--format', 'csv']));
      assert.equal(statSync(file).mode & 0o777, 0o600);
      assert.deepEqual(readdirSync(join(house.dir, '..')).filter((name) => name.startsWith('attendance.csv')), ['attendance.csv']);
      const { status, stderr } = await ask('attendance', '--event', slug, '--output', join(house.dir, 'nowhere', 'x.csv'));
      assert.equal(status, 3);
      assert.match(stderr, /^turnout: .*can't be written: .*\n$/);
    });

    test('a disk that is full is told, and leaves the file as it was', async () => {
      const folder = join(house.dir, '..', 'full');
      const file = join(folder, 'roster.csv');
      mkdirSync(folder);
      writeFileSync(file, 'of yesterday');
      const line = [program, 'report', 'roster', '--event', slug, '--output', file, ...house.place];
      const { status, stderr } = await run('sh', ['-c', 'trap "" XFSZ; ulimit -f 8; exec "$@"', 'sh', ...line]);
      assert.equal(status, 3);
      assert.match(stderr, /^turnout: [^\n]+\n$/);
      assert.equal(readFileSync(file, 'utf8'), 'of yesterday');
      assert.deepEqual(readdirSync(folder), ['roster.csv']);
    });

    test('a device is written to, not replaced', async () => {
      const { status, stderr } = await ask('roster', '--event', slug, '--output', '/dev/full');
      assert.equal(status, 3);
      assert.match(stderr, /^turnout: [^\n]*No space left[^\n]*\n$/);
      assert.ok(statSync('/dev/full').isCharacterDevice());
      await house.do(['report', 'roster', '--event', slug, '--output', '/dev/null']);
    });

    for (const [what, words, said] of [
      ['no report', [], /name one report: attendance, roster/],
      ['a report that does not exist', ['funder', '--event', slug], /there is no report "funder"; there are: attendance, roster/],
      ['no event', ['attendance'], /--event/],
      ['an event that does not exist', ['attendance', '--event', 'nowhere'], /nowhere/],
      ['a session that does not exist', ['attendance', '--event', slug, '--session', 'x'], /it has: conference, action, lunch/],
      ['a region that does not exist', ['attendance', '--event', slug, '--region', 'x'], /it has: .*Los Angeles County/],
      ['a format that does not exist', ['attendance', '--event', slug, '--format', 'ods'], /one of table, csv, json, xlsx, pdf/],
      ['a way to keep rows apart that does not exist', ['attendance', '--event', slug, '--by', 'county'], /--by county/],
      ['regions without a session', ['attendance', '--event', slug, '--by', 'region'], /--session/],
      ['a fee by session', ['fees', '--event', slug, '--session', 'lunch'], /--session: a fee is an option's/],
      ['an option that does not exist', ['attendance', '--event', slug, '--shareable'], /--shareable/],
    ])
      test(`${what} is wrong use, told in one line`, async () => {
        const { status, stdout, stderr } = await ask(...words);
        assert.equal(status, 2);
        assert.equal(stdout, '');
        assert.match(stderr, said);
        assert.match(stderr, /^turnout: [^\n]+\n$/);
      });

    test('reports are told by --help', async () => {
      const { status, stdout } = await ask('--help');
      assert.equal(status, 0);
      assert.match(stdout, /attendance .*\n.*roster /);
    });
  });
