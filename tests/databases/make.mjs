// Fills a database with an older program, for test_upgrade.mjs: once for each schema that people may have in use.
// The program is built from the commit of that schema; nothing here runs in ./check.
//
//   TURNOUT_TEST_BUILD=BUILD node tests/databases/make.mjs
//
// makes tests/databases/NNNN-sqlite and NNNN-postgres, NNNN being the last migration of that program: the tables as SQL
// text, the keys (base64 by file), and expected.json, what that program said of what is in it. Its people are nobody.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import { Device, markOf } from '../lib/door.mjs';
import { binary } from '../lib/postgres.mjs';
import { engines, openHouse } from '../lib/turnout.mjs';
import { Visitor, readForm, tokenOf } from '../lib/visitor.mjs';

const slug = 'far-picnic';
const password = 'violet anchor teapot nine';

function textOf(program, args) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0)
    throw new Error(`${program}: ${stderr}`);
  return stdout;
}

// pg_dump's own version, what it sets for the session and what only a newer psql knows are not of the database.
const dump = (engine, house) => (engine === 'sqlite'
  ? textOf('sqlite3', [join(house.dir, 'turnout.db'), '.dump'])
  : textOf(binary('pg_dump'), ['--inserts', '--no-owner', '--no-privileges', '-d', house.database])
    .replace(/^(--.*|\\(un)?restrict .*|SET .*|)\n/gm, ''));

const keysOf = (house) => Object.fromEntries(readdirSync(join(house.dir, 'keys'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort()
  .map((file) => [relative(house.dir, file), readFileSync(file).toString('base64')]));

// What is in every one of them: people of all kinds, places taken and waited for, a door with its log, staff.
async function fill(house, server) {
  const visitor = new Visitor(server.url);
  const person = async (name, more) => {
    const answer = await visitor.register(slug, { name, contact: 'none', region: 'north', option: 'open', age_band: 'adult', photo: 'no', ...more });
    const token = tokenOf(answer);
    if (!token)
      throw new Error(`${name}: ${answer.status} ${answer.text}`);
    return { name, token, ticket: (await visitor.get(`/t/${token}/1.txt`)).text.trim() };
  };
  const people = [
    await person('Guest Blackbird', { contact: 'email', email: 'blackbird@example.org', county: 'Butte', option: 'lunch', keep_informed: 'yes', emergency_name: 'Guest Magpie',
      emergency_phone: '916 555 0100', access: ['lift-seat'], access_text: 'Near the door', question_shirt: 'l' }),
    await person('Guest Wren', { contact: 'phone', phone: '+1 916 555 0101', region: 'south', option: 'ride', session_seat: 'bus', stop: 'bus/1', lang: 'es' }),
    await person('Guest Heron', { option: 'ride', session_seat: 'bus', stop: 'bus/2', name_2: 'Guest Egret', age_band_2: 'under-16' }),
    await person('Guest Finch', { photo: 'ask' }),
  ];
  const [[salt]] = await house.query('SELECT salt FROM event');
  const mark = ({ ticket }) => markOf(Buffer.from(salt, 'hex'), ticket);
  const gate = await Device.pair(house, visitor, slug, 'meadow', { name: 'Gate 1' });
  const tent = await Device.pair(house, visitor, slug, 'lunch', { name: 'Tent 1', role: 'supervisor' });
  const decisions = [];
  for (const [device, marks] of [[gate, [people[0], people[1], people[0]].map(mark)], [tent, [people[0], people[0], people[3]].map(mark)]])
    for (const each of marks)
      decisions.push((await device.scan(visitor, each)).decision);
  if (decisions.join() !== 'admit,admit,again,admit,reject_used,reject_not_booked')
    throw new Error(`the doors said ${decisions}`);
  const walker = await visitor.json('/api/v1/door/walkin', { submission: submission(), session: 'lunch', name: 'Guest Swift', region: 'south' }, tent.token);
  if (walker.status !== 201)
    throw new Error(`the walk-in: ${walker.status} ${walker.text}`);
  const signed = await visitor.submit('/staff/sign-in', { name: 'olga', password });
  if (signed.status !== 303)
    throw new Error(`sign-in: ${signed.status}`);
  await person('Guest Grebe', { option: 'lunch', waitlist: 'yes' });
  await lookAfter(visitor, await person('Guest Plover', {}));
  visitor.close();
  return { people, devices: [gate, tent] };
}

// Six bytes of time and ten of chance, as the form makes it.
const submission = () => {
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(Date.now()));
  return Buffer.concat([time.subarray(2), randomBytes(10)]).toString('base64url');
};

// Somebody cancels, with a program in which they can.
async function lookAfter(visitor, { token }) {
  const page = await visitor.get(`/t/${token}/cancel`);
  if (page.status !== 200)
    return;
  const { action, fields } = readForm(page.text, ({ method }) => method === 'post');
  await visitor.submit(action ?? `/t/${token}/cancel`, [...fields, ['sure', 'yes']]);
}

for (const engine of engines) {
  const house = await openHouse(engine, { definition: join(import.meta.dirname, 'event.json'), ahead: null });
  try {
    const list = join(house.dir, '..', 'list.csv');
    writeFileSync(list, ['ref,name,contact,delegation,captain,option,age_band,photo', ...['Thrush', 'Lark', 'Robin'].map((name, n) =>
      `${n},Guest ${name},captain,CHOIR,${n ? 'no' : 'yes'},${n === 2 ? 'open' : 'lunch'},adult,yes`), ''].join('\r\n'));
    await house.do(['schema', 'import', list, '--event', slug]);
    for (const [name, role, ...more] of [['olga', 'owner'], ['regina', 'region', '--region', 'south']])
      await house.do(['schema', 'staff', 'add', name, '--role', role, ...more, '--event', slug, '--password-stdin'], { input: `${password}\n` });
    await house.do(['schema', 'spare', 'make', '2', '--event', slug, '--region', 'south']);
    const server = await house.serve();
    const filled = await fill(house, server);
    await server.stop();

    const reports = {};
    for (const name of ['attendance', 'roster', 'arrivals', 'scans'])
      reports[name] = await house.do(['report', name, '--event', slug, '--format', 'csv']);
    const [[schema]] = await house.query('SELECT max(no) FROM schema_version');
    const folder = join(import.meta.dirname, `${schema.padStart(4, '0')}-${engine}`);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'database.sql'), dump(engine, house));
    writeFileSync(join(folder, 'expected.json'), `${JSON.stringify({ slug, password, ...filled, reports }, null, 2)}\n`);
    writeFileSync(join(folder, 'keys.json'), `${JSON.stringify(keysOf(house), null, 2)}\n`);
    console.log(folder);
  } finally {
    await house.close();
  }
}
