// Four phones at two sites, each with a profile of its own; the sites lose the network, tickets are shared. What
// they upload comes to the server in one order, and to copies of it in others, some of it several times: all say the
// same of who was in, byte for byte. On both engines.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { markOf } from './lib/door.mjs';
import { PhoneAtDoor, pairingCode } from './lib/phone.mjs';
import { newDatabase, query } from './lib/postgres.mjs';
import { House, engines, openHouse } from './lib/turnout.mjs';
import { Visitor, tokenOf } from './lib/visitor.mjs';

const slug = 'immigrant-day-of-action', session = 'conference';
const sites = ['J Street', 'J Street', 'garage', 'garage'];
const rev0 = /,[0-9a-f]{16},[0-9a-f]{16},\d+,0,/; // of `report scans`
const phones = [];

before(async () => {
  for (const _ of sites)
    phones.push(new PhoneAtDoor(null, { film: null }));
  await Promise.all(phones.map((phone) => phone.start()));
  for (const phone of phones) {
    phone.sent = []; // { body, token } of each upload
    phone.page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/api/v1/door/scans') && request.postData() !== null)
        phone.sent.push({ body: JSON.parse(request.postData()), token: request.headers().authorization.replace('Bearer ', '') });
    });
  }
});
after(() => Promise.all(phones.map((phone) => phone.close())));

// A copy of a house that nobody serves.
async function copyOf(house) {
  const dir = join(mkdtempSync(join(tmpdir(), 'turnout-test-')), 'data');
  cpSync(house.dir, dir, { recursive: true });
  if (!house.database)
    return new House(dir);
  const url = await newDatabase(), name = (of) => new URL(of).pathname.slice(1);
  query(house.database.replace(name(house.database), 'postgres'), `DROP DATABASE ${name(url)}`);
  query(house.database.replace(name(house.database), 'postgres'), `CREATE DATABASE ${name(url)} TEMPLATE ${name(house.database)}`);
  return new House(dir, url);
}

// All that is derived from the log, and the log: without rev 0, which is what a server answered that was asked.
async function stateOf(house) {
  const rows = await house.query('SELECT session_no, attendee, first_at, checkpoint_no, device, epoch, seq FROM presence ORDER BY 1, 2');
  const reports = [];
  for (const report of ['scans', 'shared-tickets', 'attendance', 'arrivals'])
    reports.push((await house.do(['report', report, '--event', slug, '--format', 'csv'])).split('\r\n').filter((line) => !rev0.test(line)).join('\n'));
  const { status, stdout } = await house.turnout(['schema', 'verify']);
  assert.equal(status, 0, stdout);
  return `${rows.map((row) => row.join(' ')).join('\n')}\n${reports.join('\n')}`;
}

for (const engine of engines)
  describe(engine, () => {
    let house, visitor, server, salt;
    const copies = [];

    after(async () => {
      visitor?.close();
      await Promise.all([house, ...copies].map((each) => each?.close()));
    });

    test('merged in any order, the same people were in, and shared tickets are listed', async () => {
      house = await openHouse(engine);
      server = await house.serve();
      visitor = new Visitor(server.url);
      [[salt]] = await house.query('SELECT salt FROM event');
      const guests = [];
      for (let n = 0; n < 10; n++) {
        const answer = await visitor.register(slug, { name: `Guest ${n}`, contact: 'none', region: String(1 + n % 3), option: 'general', age_band: 'adult', photo: 'yes' });
        guests.push((await visitor.get(`/t/${tokenOf(answer)}/1.txt`)).text.trim());
      }
      const mark = (n) => markOf(Buffer.from(salt, 'hex'), guests[n]);
      const scan = async (phone, n, decision) => {
        await phone.page.keyboard.press('Escape');
        await phone.page.waitForFunction(() => document.querySelector('.answer') === null);
        const answer = await phone.scan(guests[n]);
        assert.equal(answer.decision, decision, `guest ${n} at phone ${phones.indexOf(phone) + 1}`);
        return answer;
      };

      for (const [n, phone] of phones.entries()) {
        phone.url = server.url;
        await phone.pair(await pairingCode(house, slug, session, n === 0 ? 'supervisor' : 'scan'), sites[n]);
        await phone.synced();
        phone.sent.length = 0;
      }
      const [one, two, three, four] = phones;
      assert.equal((await scan(one, 9, 'admit')).online, 'true');
      await Promise.all(phones.map((phone) => phone.synced()));
      await server.stop();
      for (let n = 0; n < 3; n++)
        copies.push(await copyOf(house));
      phones.forEach((phone) => { phone.sent.length = 0; });

      // nobody has a network; 0, 1 and 2 give their tickets to others
      for (const [phone, guest, decision] of [[one, 0, 'admit'], [one, 3, 'admit'], [one, 3, 'again'], [two, 1, 'admit'], [two, 2, 'admit'],
        [three, 0, 'admit'], [three, 2, 'admit'], [three, 5, 'admit'], [four, 1, 'admit'], [four, 2, 'admit'], [four, 6, 'admit'], [one, 4, 'admit']])
        assert.equal((await scan(phone, guest, decision)).online, 'false');
      await one.page.getByRole('button', { name: 'Undo' }).click();
      await one.page.locator('.choices [data-value]').first().click();
      await one.page.waitForSelector('[data-told=door_undone_here]');
      // the second site has one again before the first; the last phone is away longest
      server = await house.serve({ listen: `127.0.0.1:${server.port}` });
      for (const phone of [four, two, three])
        await phone.context.setOffline(true);
      await one.synced();
      await scan(one, 5, 'admit'); // phone 3 has 5 in already, and nobody knows
      await three.context.setOffline(false);
      await three.synced();
      await scan(three, 7, 'admit');
      await scan(two, 7, 'admit');
      await four.context.setOffline(false);
      await four.synced();
      await two.context.setOffline(false);
      for (const phone of [two, one, three, four])
        await phone.synced();
      await server.stop();

      const state = await stateOf(house);
      const listed = JSON.parse(await house.do(['report', 'shared-tickets', '--event', slug, '--format', 'json']));
      assert.deepEqual([...new Set((listed.rows ?? listed).map((row) => row.mark))].sort(), [0, 1, 2, 5, 7].map(mark).sort());
      const present = await house.query('SELECT count(*) FROM presence');
      assert.equal(Number(present[0][0]), 9 - 1 - 1 + 1); // 0 to 7 and 9, without 4 that was undone

      const uploads = phones.flatMap((phone) => phone.sent).filter(({ body }) => body.records.length > 0);
      const single = uploads.flatMap(({ body, token }) => body.records.map((record) => ({ token, body: { records: [record] } })));
      const orders = [[...uploads].reverse(), single.toReversed(), [...single.filter((_, n) => n % 3 === 1), ...single, ...uploads.slice(0, 1), ...uploads]];
      for (const [n, copy] of copies.entries()) {
        const there = await copy.serve(), sender = new Visitor(there.url);
        for (const { body, token } of orders[n]) {
          const answer = await sender.json('/api/v1/door/scans', body, token);
          assert.equal(answer.status, 202, answer.text);
        }
        sender.close();
        await there.stop();
        assert.equal(await stateOf(copy), state);
      }
      for (const phone of phones)
        assert.deepEqual(phone.faults, []);
    });
  });
