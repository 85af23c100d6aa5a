// What the app at the door does beside scanning: the supervisor's room, groups, counting, the self-test. On a
// phone in the language of TURNOUT_TEST_LANG (English); nothing here is found by its words.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Looks } from './lib/looks.mjs';
import { PhoneAtDoor, pairingCode } from './lib/phone.mjs';
import { readByZxing } from './lib/qr.mjs';
import { openHouse } from './lib/turnout.mjs';
import { Visitor, tokenOf } from './lib/visitor.mjs';

const slug = 'immigrant-day-of-action';
const lang = process.env.TURNOUT_TEST_LANG ?? 'en-US';
const looks = new Looks(`desk-${lang.slice(0, 2)}`);

describe('the supervisor, the group and the count', () => {
  let house, server, visitor, region, dir;
  const phones = [];

  const phone = async (options) => {
    const made = new PhoneAtDoor(server.url, { film: null, lang, ...options });
    phones.push(made);
    await made.start();
    return made;
  };
  let shared;
  // The supervisor's at the conference, on the scanning page.
  const same = async () => {
    if (shared !== undefined) {
      await shared.open();
      return shared;
    }
    shared = await phone();
    await shared.pair(await pairingCode(house, slug, 'conference', 'supervisor'), 'J Street');
    return shared;
  };
  const register = async (option, name) => {
    const answer = await visitor.register(slug, { name, contact: 'none', region, option, age_band: 'adult', photo: 'yes' });
    const token = tokenOf(answer);
    assert.ok(token, `${option}: ${answer.status}`);
    return (await visitor.get(`/t/${token}/1.txt`)).text.trim();
  };
  const tap = (door, what) => door.page.locator(what).first().click();
  const find = async (door, text) => {
    await door.page.fill('#find', text);
    await door.page.press('#find', 'Enter');
    await door.page.waitForFunction(() => !/…$/.test(document.querySelector('main [role=status]').textContent));
  };
  const openPerson = async (door, text) => {
    await find(door, text);
    await tap(door, '.found button');
    await door.screen('person');
  };
  const close = (door) => tap(door, '.answer .next');
  const came = async (session) => {
    const report = JSON.parse(await house.do(['report', 'attendance', '--event', slug, '--session', session, '--format', 'json']));
    return (report.rows ?? report).reduce((sum, row) => sum + row.came, 0);
  };

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'turnout-desk-'));
    house = await openHouse('sqlite');
    const list = join(dir, 'group.csv');
    writeFileSync(list, ['ref,name,email,delegation,captain,option', 'g1,Ximena Captain,ximena@example.org,SIERRA,yes,general',
      ...[2, 3, 4, 5].map((n) => `g${n},Member ${n},,SIERRA,,general`), ''].join('\n'));
    await house.do(['schema', 'import', list, '--event', slug]);
    server = await house.serve();
    visitor = new Visitor(server.url);
    [[region]] = await house.query(`SELECT code FROM region WHERE event = (SELECT id FROM event WHERE slug = '${slug}') ORDER BY no LIMIT 1`);
  });
  after(async () => {
    await Promise.all(phones.map((each) => each.close()));
    visitor?.close();
    await house?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  test('somebody is found by name, checked in, undone everywhere, and gets another ticket', async () => {
    const text = await register('lunch', 'José Nguyễn');
    await register('general', 'Josefina');
    const door = await phone();
    await door.pair(await pairingCode(house, slug, 'lunch', 'supervisor'), 'line A');
    await looks.at(door.page, 'scan');
    await tap(door, '[data-tool=door_find_title]');
    await door.screen('find');
    assert.equal(await door.page.evaluate(() => document.activeElement.id), 'find');
    await find(door, 'nobody at all');
    assert.equal(await door.page.locator('.found button').count(), 0);
    await find(door, 'jose');
    assert.equal(await door.page.locator('.found button').count(), 2);
    await looks.at(door.page, 'find');
    await openPerson(door, 'jose nguyen');
    await looks.at(door.page, 'person');
    await tap(door, '[data-do=door_needs]');
    await door.page.locator('.needs').waitFor();
    await tap(door, '[data-do=door_check_in]');
    const answer = await door.nextAnswer(null);
    assert.deepEqual([answer.decision, answer.online], ['admit', 'true']);
    assert.doesNotMatch(answer.text, /Nguyễn/, 'no name unless tapped');
    await looks.at(door.page, 'admit');
    await close(door);
    await door.screen('find'); // where it came from

    // another phone has scanned the ticket too: the undo names that record as well
    const away = await phone();
    await away.pair(await pairingCode(house, slug, 'lunch'), 'line B');
    await away.synced();
    const used = await away.scan(text);
    assert.equal(used.decision, 'reject_used');
    await away.page.click('.answer button:not(.next)'); // whose is it?
    await away.page.locator('.answer .who', { hasText: 'José Nguyễn' }).waitFor();
    await looks.at(away.page, 'name');
    await door.synced();
    assert.equal(await came('lunch'), 1);
    await openPerson(door, 'jose nguyen');
    await tap(door, '[data-do=door_undo_in]');
    await looks.at(door.page, 'undo-reason');
    await tap(door, '.choices [data-value="6"]');
    await door.page.waitForFunction(() => document.querySelector('main .state').textContent !== '');
    assert.equal(await door.page.locator('[data-do=door_undo_in]').count(), 0);
    await looks.at(door.page, 'undone');
    await door.synced();
    assert.equal(await came('lunch'), 0);

    await tap(door, '[data-do=door_reissue]');
    await looks.at(door.page, 'reissue');
    await tap(door, '.choices [data-value="1"]');
    await door.screen('ticket');
    await door.page.locator('img.ticket').evaluate((image) => image.decode());
    await looks.at(door.page, 'ticket');
    const fresh = await readByZxing(await door.page.locator('img.ticket').screenshot());
    assert.match(fresh, /^T1[0-9A-Z]{122}$/);
    assert.notEqual(fresh, text);
    await tap(door, 'main button.wide');
    await door.screen('find');
    await away.synced();
    assert.equal((await away.scan(text)).decision, 'reject_revoked');
    assert.equal((await away.scan(fresh)).decision, 'admit');

    // who is not on the list is admitted by name, with a reason
    await openPerson(door, 'josefina');
    await tap(door, '[data-do=door_check_in]');
    const refused = await door.nextAnswer(null);
    assert.deepEqual([refused.decision, refused.shown], ['reject_not_booked', 'amber']);
    await tap(door, '.answer .row button:not(.next)');
    await tap(door, '.choices [data-value="5"]');
    assert.equal((await door.nextAnswer(refused)).decision, 'admit_override');
    await close(door);
    await door.screen('find');
    await door.synced();
    assert.equal(await came('lunch'), 2);
  });

  test('without a ticket: registered without a name, once, though the first answer was lost', async () => {
    const door = await same();
    const before = await came('conference');
    await tap(door, '[data-tool=door_more]');
    await looks.at(door.page, 'more');
    await tap(door, '[data-entry=door_walkin_title]');
    await looks.at(door.page, 'walkin');
    let lost = 0;
    await door.page.route('**/walkin', async (route) => {
      lost++;
      await route.fetch();
      await route.abort();
    }, { times: 1 });
    await tap(door, 'form button[type=submit]');
    await door.page.waitForFunction(() => document.querySelector('form .fault').textContent !== '');
    assert.equal(lost, 1);
    await looks.at(door.page, 'walkin-lost');
    await tap(door, 'form button[type=submit]');
    const answer = await door.nextAnswer(null);
    assert.deepEqual([answer.decision, answer.shown], ['admit', 'green']);
    await close(door);
    await door.screen('ticket');
    await door.synced();
    assert.equal(await came('conference'), before + 1);
    assert.deepEqual(await house.query('SELECT count(*) FROM attendee WHERE walk_in = 1'), [['1']]);
    await server.kill();
    await tap(door, 'main button.wide');
    await door.screen('scan');
    await tap(door, '[data-tool=door_find_title]');
    await find(door, 'jose');
    await looks.at(door.page, 'find-offline');
    assert.equal(await door.page.locator('.found button').count(), 0);
    server = await house.serve({ listen: `127.0.0.1:${server.port}` });
  });

  test('a captain brings the group in without a network, but for one; others are counted', async () => {
    const door = await same();
    await tap(door, '[data-tool=door_find_title]');
    await openPerson(door, 'ximena');
    await tap(door, '[data-do=door_reissue]');
    await tap(door, '.choices [data-value="1"]');
    await door.screen('ticket');
    await door.page.locator('img.ticket').evaluate((image) => image.decode());
    const captain = await readByZxing(await door.page.locator('img.ticket').screenshot());
    await tap(door, 'main button.wide');
    await tap(door, 'main > button.quiet:last-child');
    await door.screen('scan');
    await door.synced();
    await server.kill();
    const answer = await door.scan(captain);
    assert.deepEqual([answer.decision, answer.online], ['admit', 'false']);
    assert.match(answer.text, /\b1\b[^]*\b4\b/); // here, missing
    await looks.at(door.page, 'captain');
    await tap(door, '.answer .row button:not(.next)');
    await door.screen('group');
    await looks.at(door.page, 'group');
    await door.page.locator('.member input').first().uncheck();
    await tap(door, '[data-admit]');
    await door.page.locator('main [role=status]').first().waitFor();
    await looks.at(door.page, 'group-done');
    assert.match(await door.page.locator('[data-group]').innerText(), /\b4\b[^]*\b1\b/);
    await tap(door, '[data-add="10"]');
    await door.page.waitForFunction(() => document.querySelector('main output').textContent.includes('10'));
    await tap(door, 'main button.wide.quiet');
    server = await house.serve({ listen: `127.0.0.1:${server.port}` });
    await door.synced();
    const records = await house.query(`SELECT decision, reason FROM scan WHERE rev = 1 AND epoch = ${BigInt.asIntN(64, BigInt(`0x${answer.epoch}`))} ORDER BY seq`);
    assert.deepEqual(records, [['admit', ''], ['admit', 'group'], ['admit', 'group'], ['admit', 'group'], ['count', '']]);

    await tap(door, '[data-tool=door_more]');
    await tap(door, '[data-entry=door_tally_title]');
    await tap(door, '[data-groups]');
    await door.page.locator('[data-delegation="1"]').first().waitFor();
    await tap(door, '[data-delegation="1"][data-add="1"]');
    await door.page.locator('.sum', { hasText: '11' }).waitFor();
    await tap(door, '[data-region="1"][data-add="10"]');
    await door.page.locator('.sum', { hasText: '21' }).waitFor();
    await looks.at(door.page, 'tally');
    await tap(door, '.sum-line + button'); // the last tap was a mistake
    await door.page.locator('.sum', { hasText: '11' }).waitFor();
    await door.synced();
    assert.deepEqual(await house.query("SELECT count(*) FROM scan WHERE decision = 'void' AND mark IS NULL"), [['1']]);
    assert.deepEqual(door.faults, []);
  });

  test('a spare ticket counts by a tapped region without a network, and gets its person later', async () => {
    await house.do(['schema', 'spare', 'make', '2', '--event', slug, '--ref', 'door']);
    const listed = await house.do(['schema', 'spare', 'list', '--event', slug, '--ref', 'door']);
    const code = listed.split('\n')[1].split('\t')[1];
    const door = await same();
    await tap(door, '[data-tool=door_find_title]');
    await openPerson(door, code);
    await tap(door, '[data-do=door_reissue]'); // the sheet got wet: on the screen, with its text
    await tap(door, '.choices [data-value="1"]');
    await door.screen('ticket');
    await door.page.locator('img.ticket').evaluate((image) => image.decode());
    const spare = await readByZxing(await door.page.locator('img.ticket').screenshot());
    await tap(door, 'main button.wide');
    await tap(door, 'main > button.quiet:last-child');
    await door.screen('scan');
    await door.synced();
    await server.kill();
    await door.type(spare);
    await door.page.locator('.choices').waitFor();
    await looks.at(door.page, 'spare-region');
    await tap(door, '.choices [data-value="3"]');
    const answer = await door.nextAnswer(null);
    assert.deepEqual([answer.decision, answer.shown, answer.online], ['admit', 'green', 'false']);
    await looks.at(door.page, 'spare');
    server = await house.serve({ listen: `127.0.0.1:${server.port}` });
    await door.synced();
    assert.deepEqual(await house.query(`SELECT region_no FROM scan WHERE rev = 1 AND epoch = ${BigInt.asIntN(64, BigInt(`0x${answer.epoch}`))}`), [['3']]);
    await tap(door, '.answer .row button:not(.next)'); // whose is it?
    await door.screen('attach');
    await looks.at(door.page, 'attach');
    await door.page.fill('#name', '陳美玲');
    await door.page.keyboard.press('Enter');
    await door.screen('attached');
    await tap(door, 'main button:last-child');
    await openPerson(door, '美玲');
    assert.match(await door.page.locator('h1').innerText(), /陳美玲/);
    assert.deepEqual(door.faults, []);
  });

  test('the self-test shows each answer by a practice ticket, and the log knows nothing of it', async () => {
    const door = await phone();
    await door.page.goto(`${server.url}/door/`);
    await door.screen('pair');
    await looks.at(door.page, 'pair');
    await door.pair(await pairingCode(house, slug, 'lunch', 'supervisor'), 'line A');
    const before = await house.query('SELECT count(*) FROM scan');
    await tap(door, '[data-tool=door_test_title]');
    await tap(door, 'main > button.wide');
    await door.page.waitForSelector('[data-check=door_test_sound][data-well]');
    await looks.at(door.page, 'test');
    const wanted = { admit: 'green', again: 'green', reject_used: 'red', admit_provisional: 'amber', reject_not_booked: 'amber',
      admit_override: 'amber', reject_revoked: 'red', reject_signature: 'red', reject_elsewhere: 'red', leave: 'blue' };
    for (const [decision, colour] of Object.entries(wanted)) {
      await tap(door, `[data-practice=${decision}]`);
      const view = door.page.locator(`.answer[data-decision=${decision}]`);
      await view.waitFor();
      assert.equal(await view.getAttribute('data-shown'), colour, decision);
      await looks.at(door.page, `answer-${decision}`);
      await door.page.keyboard.press('Enter'); // the keyboard is enough: the first button has the focus
      await view.waitFor({ state: 'detached' });
      assert.equal(await door.page.evaluate(() => document.activeElement.dataset.practice), decision);
    }
    assert.equal((await door.saved()).waiting, '0');
    await door.synced();
    assert.deepEqual(await house.query('SELECT count(*) FROM scan'), before);
    await tap(door, 'main > button.quiet:last-child');
    await door.screen('scan');
    assert.equal(await door.page.locator('[data-tool=door_test_title]').count(), 0, 'it is offered until it was made');
    assert.deepEqual(door.faults, []);
  });

  test('every screen is clean to axe-core', () => {
    assert.deepEqual(looks.findings, []);
  });
});
