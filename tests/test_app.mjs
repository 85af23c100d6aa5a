// The app at the door in Chromium: paired online, then without any server: started anew, scanning; then the
// server is back and has exactly what the phone showed. Pictures: see lib/looks.mjs.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';

import { seriousFindings } from './lib/browser.mjs';
import { markOf, spoil } from './lib/door.mjs';
import { film } from './lib/film.mjs';
import { picture } from './lib/looks.mjs';
import { PhoneAtDoor, pairingCode } from './lib/phone.mjs';
import { daysAhead, event, openHouse } from './lib/turnout.mjs';
import { Visitor, tokenOf } from './lib/visitor.mjs';

const slug = 'immigrant-day-of-action';
const kills = Number(process.env.TURNOUT_TEST_KILLS ?? 4);

describe('the app at the door', () => {
  let house, server, visitor, port, region, dir, salt;
  const phones = [];

  const phone = async (options) => {
    const made = new PhoneAtDoor(server.url, options);
    phones.push(made);
    await made.start();
    return made;
  };
  const serve = async () => {
    server = await house.serve(port === undefined ? {} : { listen: `127.0.0.1:${port}` });
    port = server.port;
  };
  // A person's ticket: { text, code, png }.
  const register = async (option, to = slug, more = {}) => {
    const answer = await visitor.register(to, { name: `Guest for ${option}`, contact: 'none', region, option, age_band: 'adult', photo: 'yes', ...more });
    const token = tokenOf(answer);
    assert.ok(token, `${option}: ${answer.status} ${answer.text}`);
    const [text, page] = [(await visitor.get(`/t/${token}/1.txt`)).text.trim(), (await visitor.get(`/t/${token}`)).text];
    return { text, token, code: /class="typed"[^]*?<b[^>]*>([^<]+)<\/b>/.exec(page)[1] };
  };
  const rows = (epoch) => house.query(`SELECT seq, decision FROM scan WHERE rev = 1 AND epoch = ${BigInt.asIntN(64, BigInt(`0x${epoch}`))} ORDER BY seq`);
  const pictured = (page, name) => picture(page, `door-${name}.png`, { fullPage: false });
  const findings = [];
  const look = async (page, name) => {
    await pictured(page, name);
    for (const finding of await seriousFindings(page))
      findings.push(`${name}: ${finding}`);
  };

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'turnout-app-'));
    house = await openHouse('sqlite');
    await house.do(['schema', 'load', event('fifty-seats'), '--starts', daysAhead(120)]);
    await serve();
    visitor = new Visitor(server.url);
    [[region]] = await house.query(`SELECT code FROM region WHERE event = (SELECT id FROM event WHERE slug = '${slug}') ORDER BY no LIMIT 1`);
    [[salt]] = await house.query(`SELECT salt FROM event WHERE slug = '${slug}'`);
  });
  after(async () => {
    await Promise.all(phones.map((each) => each.close()));
    visitor?.close();
    await house?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  test('it runs scripts and sees the camera here, and nowhere else', async () => {
    const page = await visitor.get('/door/');
    assert.equal(page.status, 200);
    assert.match(page.headers['content-security-policy'], /script-src 'self' 'wasm-unsafe-eval';/);
    assert.match(page.headers['permissions-policy'], /camera=\(self\)/);
    const worker = await visitor.get('/door/sw.js');
    assert.equal(worker.headers['cache-control'], 'no-cache');
    assert.match(worker.headers['content-type'], /^text\/javascript/);
    const manifest = JSON.parse((await visitor.get('/door/manifest.webmanifest')).text);
    assert.equal(manifest.scope, '/door/');
    for (const { src } of manifest.icons)
      assert.equal((await visitor.get(src)).status, 200, src);
    const home = await visitor.get(`/e/${slug}`);
    assert.match(home.headers['permissions-policy'], /camera=\(\)/);
    assert.doesNotMatch(home.headers['content-security-policy'], /script-src/);
  });

  test('paired once, it starts and decides without any network; then the server has what it showed', async () => {
    const booked = await register('lunch'), byHand = await register('lunch'), gone = await register('lunch'), walker = await register('general');
    const neighbour = await register('open', 'fifty-seats', { region: (await house.query("SELECT code FROM region WHERE event = (SELECT id FROM event WHERE slug = 'fifty-seats') LIMIT 1"))[0][0] });
    await server.stop();
    cancel(house, markOf(Buffer.from(salt, 'hex'), gone.text));
    await serve();

    const door = await phone();
    await door.page.goto(`${server.url}/door/`);
    await door.screen('pair');
    await look(door.page, 'pair');
    await door.pair(await pairingCode(house, slug, 'lunch', 'supervisor'), 'line A');
    await door.synced();
    await server.kill();
    await door.page.reload();
    await door.screen('scan');
    await look(door.page, 'scan');

    const shown = [];
    let epoch;
    const expect = async (name, act, decision, colour, words) => {
      const before = await door.answer();
      await act();
      const answer = await door.nextAnswer(before);
      await look(door.page, name);
      assert.equal(answer.decision, decision, name);
      assert.equal(answer.shown, colour, name);
      assert.match(answer.text, words, name);
      assert.equal(answer.online, 'false', name);
      shown.push([answer.seq, answer.decision]);
      epoch = answer.epoch;
    };
    const scan = (text) => () => door.type(text);
    await expect('admit', scan(booked.text), 'admit', 'green', /Welcome/);
    await expect('used', scan(booked.text), 'reject_used', 'red', /Already used[^]*First in at .*line A/);
    await expect('forged', scan(spoil(byHand.text)), 'reject_signature', 'red', /Not our ticket/);
    await expect('no-ticket', scan('https://example.org/menu'), 'reject_signature', 'red', /Not our ticket/);
    await expect('elsewhere', scan(neighbour.text), 'reject_elsewhere', 'red', /This ticket is for:/);
    await expect('revoked', scan(gone.text), 'reject_revoked', 'red', /Help desk/);
    await expect('not-booked', scan(walker.text), 'reject_not_booked', 'amber', /Not on this list/);
    await expect('override', async () => {
      await door.page.getByRole('button', { name: 'Admit anyway' }).click();
      await look(door.page, 'reason');
      await door.page.getByRole('button', { name: 'A supervisor decides' }).click();
    }, 'admit_override', 'amber', /Admitted/);
    await door.page.getByRole('button', { name: 'Next' }).click();
    await expect('typed', async () => {
      await door.page.fill('#ticket', byHand.code.toLowerCase());
      await door.page.press('#ticket', 'Enter');
    }, 'admit', 'green', /Welcome/);
    await door.page.getByRole('button', { name: 'Next' }).click();
    await door.page.getByRole('button', { name: 'People leave here' }).click();
    await expect('leave', scan(byHand.text), 'leave', 'blue', /Goodbye/);
    await door.page.keyboard.press('Escape');

    const late = await door.saved();
    assert.equal(Number(late.waiting), shown.length);
    await pictured(door.page, 'offline');
    assert.match(late.text, /Saved on this phone · 10 waiting/);
    await serve();
    await door.synced();
    assert.deepEqual(await rows(epoch), shown);
    assert.deepEqual(door.faults, []);
    assert.deepEqual(findings, []);
    const report = JSON.parse(await house.do(['report', 'attendance', '--event', slug, '--session', 'lunch', '--format', 'json']));
    assert.equal((report.rows ?? report).reduce((sum, row) => sum + row.came, 0), 3);

    // another phone, at another door, knows of it
    const other = await phone();
    await other.pair(await pairingCode(house, slug, 'lunch'), 'line B');
    await other.synced();
    const told = await other.scan(booked.text);
    assert.equal(told.decision, 'reject_used');
    assert.match(told.text, /line A/);
  });

  test('a ticket made while the phone was away is let in where the door is open', async () => {
    const door = await phone();
    await door.pair(await pairingCode(house, slug, 'conference'), 'J Street');
    await door.synced();
    const fresh = await register('general'), known = await register('general');
    await door.synced();
    const online = await door.scan(known.text);
    assert.deepEqual([online.decision, online.online], ['admit', 'true']);
    await server.kill();
    const answer = await door.scan(fresh.text);
    assert.equal(answer.online, 'false');
    assert.ok(['admit', 'admit_provisional'].includes(answer.decision));
    const again = await door.scan(known.text);
    assert.deepEqual([again.decision, again.shown], ['again', 'green']);
    assert.match(again.text, /Welcome back[^]*First in at .*J Street/);
    await pictured(door.page, 'again');
    await serve();
    await door.synced();
    assert.deepEqual(await rows(again.epoch), [online, answer, again].map(({ seq, decision }) => [seq, decision]));
    assert.deepEqual(door.faults, []);
  });

  test('one ticket in view of the camera fires once, until it was away', async () => {
    const guest = await register('general'), file = join(dir, 'ticket.y4m');
    const png = (await visitor.get(`/t/${guest.token}/1.png`)).body;
    writeFileSync(file, film([[png, 30], [null, 30]]));
    const door = await phone({ film: file });
    await door.pair(await pairingCode(house, slug, 'conference'), 'J Street');
    const first = await door.nextAnswer(null);
    assert.equal(first.decision, 'admit');
    await pictured(door.page, 'camera');
    await door.page.getByRole('button', { name: 'Next' }).click();
    const second = await door.nextAnswer(first);
    assert.equal(second.decision, 'again');
    await door.synced();
    const [[one], [two]] = await house.query(`SELECT wall FROM scan WHERE rev = 1 AND epoch = ${BigInt.asIntN(64, BigInt(`0x${first.epoch}`))} ORDER BY seq`);
    assert.ok(Number(two) - Number(one) >= 1400, `again after ${two - one} ms`);
    assert.deepEqual(door.faults, []);
  });

  test('without a camera it says what to do; codes are typed, people counted; the shift ends with an empty phone', async () => {
    const guest = await register('general');
    const door = await phone({ film: null });
    await door.pair(await pairingCode(house, slug, 'conference'), 'garage');
    await door.page.locator('.note').filter({ hasText: 'Type the code' }).waitFor();
    await look(door.page, 'no-camera');
    await door.page.fill('#ticket', guest.code);
    await door.page.press('#ticket', 'Enter');
    assert.equal((await door.nextAnswer(null)).decision, 'admit');
    await door.page.keyboard.press('Escape');
    await door.page.getByRole('button', { name: 'More' }).click();
    await look(door.page, 'more');
    await door.page.locator('[data-entry=door_tally_title]').click();
    await look(door.page, 'tally');
    await door.page.locator('[data-add="10"]').first().click();
    await door.page.locator('[data-add="1"]').first().click();
    await door.page.locator('.sum', { hasText: '11' }).waitFor();
    await door.page.getByRole('button', { name: 'Back to scanning' }).click();
    await door.page.getByRole('button', { name: 'More' }).click();
    await door.page.locator('[data-entry=door_test_title]').click();
    await door.page.getByRole('button', { name: 'Test', exact: true }).click();
    for (const check of ['installed', 'sync', 'list', 'clock'])
      await door.page.waitForSelector(`[data-check=door_test_${check}][data-well=true]`);
    await door.page.waitForSelector('[data-check=door_test_camera][data-well=false]', { hasText: 'type codes' });
    await door.page.waitForSelector('[data-check=door_test_sound][data-well]');
    await look(door.page, 'test');
    await door.page.getByRole('button', { name: 'Back to scanning' }).click();
    await door.page.getByRole('button', { name: 'More' }).click();
    await door.page.locator('[data-entry=door_end_title]').click();
    await look(door.page, 'end');
    await door.page.getByRole('button', { name: 'Upload and wipe' }).click();
    await door.screen('ended');
    assert.deepEqual((await house.query("SELECT count FROM scan WHERE decision = 'count' ORDER BY seq")).flat(), ['10', '1']);
    await door.page.goto(`${server.url}/door/`);
    await door.screen('pair');
    assert.deepEqual(door.faults, []);
    assert.deepEqual(findings, []);
  });

  test(`killed right after green, ${kills} times: no admission is lost`, async () => {
    const door = await phone();
    const guests = [];
    for (let n = 0; n < kills; n++)
      guests.push(await register('general'));
    await door.pair(await pairingCode(house, slug, 'action'), 'north gate');
    await door.synced();
    await server.kill();
    for (const [n, guest] of guests.entries()) {
      const answer = await door.scan(guest.text);
      await door.kill();
      assert.equal(answer.shown, 'green', answer.text);
      await door.start();
      await door.open();
      assert.equal((await door.saved()).waiting, String(n + 1));
    }
    const again = await door.scan(guests[0].text);
    assert.equal(again.decision, 'again');
    await serve();
    await door.synced();
    const marks = guests.map(({ text }) => BigInt.asIntN(64, BigInt(`0x${markOf(Buffer.from(salt, 'hex'), text)}`)));
    const admitted = await house.query(`SELECT DISTINCT mark FROM scan WHERE rev = 1 AND decision LIKE 'admit%' AND mark IN (${marks.join(', ')})`);
    assert.equal(admitted.length, kills);
  });
});

// No page cancels a ticket yet while a phone is in a drawer; the row is what the manifest is made of.
function cancel(house, mark) {
  const db = new DatabaseSync(join(house.dir, 'turnout.db'));
  const { changes } = db.prepare("UPDATE attendee SET state = 'cancelled' WHERE mark = ?").run(BigInt.asIntN(64, BigInt(`0x${mark}`)));
  db.close();
  assert.equal(Number(changes), 1);
}
