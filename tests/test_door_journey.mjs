// A day at the lunch tent: paired online, then no network, started anew, and thirty tickets come, good ones and
// others, most of each kind before the camera; when the network is back the server's log and the reports say
// exactly what the phone showed.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';

import { Device, markOf, spoil } from './lib/door.mjs';
import { Lens } from './lib/film.mjs';
import { picture } from './lib/looks.mjs';
import { PhoneAtDoor, pairingCode } from './lib/phone.mjs';
import { pictureOf } from './lib/qr.mjs';
import { daysAhead, event, openHouse } from './lib/turnout.mjs';
import { Visitor, tokenOf } from './lib/visitor.mjs';

const slug = 'immigrant-day-of-action';
const group = 'SIERRA', members = 5;
const SPARE = 6; // class of a ticket

describe('thirty tickets at a listed door without a network', () => {
  let house, server, visitor, desk, salt, regions, dir, lens, door;

  const serve = async (listen) => {
    server = await house.serve(listen === undefined ? {} : { listen });
    visitor = new Visitor(server.url);
  };
  const mark = (text) => markOf(Buffer.from(salt, 'hex'), text);
  const marksWhere = async (what) =>
    (await house.query(`SELECT mark FROM attendee WHERE event = (SELECT id FROM event WHERE slug = '${slug}') AND ${what} ORDER BY no`))
      .map(([each]) => BigInt.asUintN(64, BigInt(each)).toString(16).padStart(16, '0'));
  // { text, code }
  const register = async (option, to = slug, region = regions[0]) => {
    const answer = await visitor.register(to, { name: `Guest for ${option}`, contact: 'none', region, option, age_band: 'adult', photo: 'yes' });
    const token = tokenOf(answer);
    assert.ok(token, `${option}: ${answer.status} ${answer.text}`);
    return { text: (await visitor.get(`/t/${token}/1.txt`)).text.trim(), png: (await visitor.get(`/t/${token}/1.png`)).body,
      code: /class="typed"[^]*?<b[^>]*>([^<]+)<\/b>/.exec((await visitor.get(`/t/${token}`)).text)[1] };
  };
  // A new ticket for whoever has this one: its text.
  const reissue = async (of) => {
    const answer = await visitor.json('/api/v1/door/reissue', { mark: of }, desk.token);
    assert.ok([200, 201].includes(answer.status), answer.text);
    return JSON.parse(answer.text).ticket;
  };
  const several = (n, make) => Array.fromAsync({ length: n }, make);

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'turnout-journey-'));
    house = await openHouse('sqlite');
    await house.do(['schema', 'load', event('fifty-seats'), '--starts', daysAhead(120)]);
    regions = (await house.query(`SELECT code FROM region WHERE event = (SELECT id FROM event WHERE slug = '${slug}') ORDER BY no`)).flat();
    [[salt]] = await house.query(`SELECT salt FROM event WHERE slug = '${slug}'`);
    const list = join(dir, 'group.csv');
    writeFileSync(list, ['name,delegation,captain,option,age_band,photo',
      ...Array.from({ length: members }, (_, n) => `Member ${n},${group},${n === 0 ? 'yes' : 'no'},lunch,adult,yes`), ''].join('\r\n'));
    await house.do(['schema', 'import', list, '--event', slug]);
    await house.do(['schema', 'spare', 'make', '3', '--event', slug, '--region', regions[0]]);
    await serve();
    desk = await Device.pair(house, visitor, slug, 'lunch', { name: 'Help desk', role: 'supervisor' });
    lens = new Lens(join(dir, 'lens.y4m'));
    door = new PhoneAtDoor(server.url, { film: lens.file });
    await door.start();
  });
  after(async () => {
    await door?.close();
    visitor?.close();
    await house?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  test('each gets the answer of the table, and the server has it all afterwards', async () => {
    const booked = await several(9, () => register('lunch'));
    const [forged, lost, waiting, byCode] = await several(4, () => register('lunch'));
    const walker = await register('general');
    const neighbour = await register('open', 'fifty-seats');
    const old = { text: lost.text, png: lost.png };
    const found = await reissue(mark(lost.text));
    const company = await marksWhere('delegation_no IS NOT NULL');
    const captain = await reissue(company[0]), member = await reissue(company[1]), stray = await reissue(company[2]);
    const spares = await Promise.all((await marksWhere(`ticket_class = ${SPARE}`)).map(reissue));
    const { port } = server;
    await server.stop();
    waitlist(house, mark(waiting.text));
    await serve(`127.0.0.1:${port}`);

    await door.pair(await pairingCode(house, slug, 'lunch'), 'line A');
    await door.synced();
    await server.stop();
    await serve(); // the office goes on; what the phone knows is no more
    const fresh = await several(2, () => register('lunch'));
    await server.kill();
    await door.page.reload();
    await door.screen('scan');
    await door.page.waitForSelector('[data-camera=on]');

    const shown = [];
    let epoch;
    const expect = async (what, by, ticket, decision, colour, words) => {
      await door.page.keyboard.press('Escape');
      await door.page.waitForFunction(() => document.querySelector('.answer') === null);
      if (by === 'camera') {
        lens.show(ticket.png ?? await pictureOf(ticket.text));
      } else if (by === 'code') {
        await door.page.fill('#ticket', ticket.code);
        await door.page.press('#ticket', 'Enter');
      } else {
        await door.type(ticket.text);
      }
      if (ticket.region !== undefined) {
        await door.page.locator(`.choices [data-value="${ticket.region}"]`).click();
        lens.show(null);
      }
      const answer = await door.nextAnswer(null);
      lens.show(null);
      assert.deepEqual([answer.decision, answer.shown, answer.online], [decision, colour, 'false'], what);
      assert.match(answer.text, words, what);
      await picture(door.page, `journey-${what.replaceAll(' ', '-')}.png`, { fullPage: false });
      assert.equal(Number(answer.seq), shown.length + 1);
      epoch = answer.epoch;
      const ours = !['reject_signature', 'reject_elsewhere'].includes(decision);
      shown.push({ seq: answer.seq, decision, mark: ours ? mark(ticket.text) : null });
    };

    await expect('booked', 'camera', booked[0], 'admit', 'green', /Welcome/);
    await expect('booked too', 'camera', booked[1], 'admit', 'green', /Welcome/);
    await expect('repeated', 'camera', booked[0], 'reject_used', 'red', /Already used[^]*line A/);
    await expect('forged', 'camera', { text: spoil(forged.text) }, 'reject_signature', 'red', /Not our ticket/);
    await expect('revoked', 'camera', old, 'reject_revoked', 'red', /Help desk/);
    await expect('the one made for it', 'camera', { text: found }, 'admit', 'green', /Welcome/);
    await expect('other event', 'camera', neighbour, 'reject_elsewhere', 'red', /This ticket is for:/);
    await expect('waitlisted', 'camera', waiting, 'reject_not_booked', 'amber', /Not on this list/);
    await expect('not booked', 'camera', walker, 'reject_not_booked', 'amber', /Not on this list/);
    await expect('issued since', 'camera', fresh[0], 'reject_not_booked', 'amber', /Not on this list/);
    await expect('spare', 'camera', { text: spares[0], region: 3 }, 'admit', 'green', /Welcome/);
    await expect('captain', 'camera', { text: captain }, 'admit', 'green', /Welcome/);
    await door.page.getByRole('button', { name: 'Whole group' }).click();
    await door.screen('group');
    await door.page.getByText(`1 here, ${members - 1} missing`).waitFor();
    await picture(door.page, 'journey-group.png', { fullPage: false });
    const numbers = await house.query(`SELECT no, mark FROM attendee WHERE delegation_no IS NOT NULL ORDER BY no`);
    await door.page.locator('.member', { has: door.page.getByText(`No. ${numbers[2][0]}`, { exact: true }) }).locator('input').uncheck();
    await door.page.getByRole('button', { name: `Admit ${members - 2} people` }).click();
    await door.page.getByText(`${members - 2} people admitted`).waitFor();
    const admitted = [numbers[1], ...numbers.slice(3)].map(([, each]) => BigInt.asUintN(64, BigInt(each)).toString(16).padStart(16, '0'));
    const firstOfGroup = shown.length + 1;
    for (let n = 0; n < admitted.length; n++)
      shown.push({ seq: String(shown.length + 1), decision: 'admit', mark: null });
    await door.page.getByRole('button', { name: 'Back to scanning' }).click();
    await door.screen('scan');
    await expect('came with the group', 'wedge', { text: member }, 'reject_used', 'red', /Already used/);
    await expect('left out of the group', 'wedge', { text: stray }, 'admit', 'green', /Welcome/);
    await expect('by code', 'code', byCode, 'admit', 'green', /Welcome/);
    await expect('by code again', 'wedge', byCode, 'reject_used', 'red', /Already used/);
    await expect('no ticket', 'wedge', { text: 'https://example.org/menu/today' }, 'reject_signature', 'red', /Not our ticket/);
    await expect('second spare', 'wedge', { text: spares[1], region: 3 }, 'admit', 'green', /Welcome/);
    await expect('spare again', 'wedge', { text: spares[1] }, 'reject_used', 'red', /Already used/);
    for (const guest of booked.slice(2))
      await expect('booked', 'wedge', guest, 'admit', 'green', /Welcome/);
    await expect('issued since too', 'wedge', fresh[1], 'reject_not_booked', 'amber', /Not on this list/);
    await door.page.keyboard.press('Escape');
    await door.page.getByRole('button', { name: 'People leave here' }).click();
    await expect('leaving', 'wedge', booked[1], 'leave', 'blue', /Goodbye/);
    assert.ok(shown.length - admitted.length >= 28 && shown.length >= 30, `${shown.length} shown`);

    assert.equal(Number((await door.saved()).waiting), shown.length);
    await server.ended;
    await serve(`127.0.0.1:${port}`);
    await door.synced();
    const report = async (name) => {
      const answer = JSON.parse(await house.do(['report', name, '--event', slug, '--session', 'lunch', '--format', 'json']));
      return answer.rows ?? answer;
    };
    const log = (await report('scans')).filter((line) => line.epoch === epoch && line.rev === 1).sort((a, b) => a.seq - b.seq);
    assert.ok(log.every(({ verdict, online }) => verdict === 'accepted' && online === 'no'));
    const ofGroup = log.slice(firstOfGroup - 1, firstOfGroup - 1 + admitted.length);
    assert.deepEqual(ofGroup.map((line) => line.mark).sort(), [...admitted].sort());
    assert.ok(ofGroup.every(({ reason }) => reason === 'group'));
    ofGroup.forEach((line) => { shown[line.seq - 1].mark = line.mark; });
    assert.deepEqual(log.map((line) => ({ seq: String(line.seq), decision: line.decision, mark: line.mark ?? null })), shown);
    const rows = await report('attendance');
    const came = shown.filter(({ decision }) => decision === 'admit');
    assert.equal(new Set(came.map((each) => each.mark)).size, came.length);
    assert.equal(rows.reduce((sum, row) => sum + row.came, 0), came.length);
    assert.equal(rows.find((row) => row.region_code === regions[2]).came, 2); // the spares, where they were tapped
    assert.equal(rows.find((row) => row.region_code === regions[0]).came, came.length - 2);
    assert.equal(rows.reduce((sum, row) => sum + row.walk_in, 0), 2);
    assert.deepEqual(await report('shared-tickets'), []);
    const { status, stdout } = await house.turnout(['schema', 'verify']);
    assert.equal(status, 0, stdout);
    assert.deepEqual(door.faults, []);
  });
});

// No page puts one on a waiting list while this is tested; the row is what the manifest is made of.
function waitlist(house, mark) {
  const db = new DatabaseSync(join(house.dir, 'turnout.db'));
  const at = BigInt.asIntN(64, BigInt(`0x${mark}`));
  const change = (sql) => assert.equal(Number(db.prepare(sql).run(at).changes), 1);
  change("UPDATE attendee SET option_state = 'waitlisted' WHERE mark = ?");
  change('UPDATE option SET taken = taken - 1 WHERE (event, no) = (SELECT event, option_no FROM attendee WHERE mark = ?)');
  change("UPDATE session SET taken = taken - 1 WHERE code = 'lunch' AND event = (SELECT event FROM attendee WHERE mark = ?)");
  db.close();
}
