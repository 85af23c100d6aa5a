// The app at the door in bad moments: each has its answer, and no scan is lost or dropped in silence.
import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Looks } from './lib/looks.mjs';
import { PhoneAtDoor, pairingCode } from './lib/phone.mjs';
import { openHouse, sleep } from './lib/turnout.mjs';
import { Visitor, tokenOf } from './lib/visitor.mjs';

const slug = 'immigrant-day-of-action', LIMIT = 600 * 1000; // bytes, compressed
const lang = process.env.TURNOUT_TEST_LANG ?? 'en-US';
const looks = new Looks(`trouble-${lang.slice(0, 2)}`);
const signed = (hex) => BigInt.asIntN(64, BigInt(`0x${hex}`));

describe('the app at the door in bad moments', () => {
  let house, server, visitor, region;
  const phones = [];

  const phone = async (before = () => {}, flags = []) => {
    const made = new PhoneAtDoor(server.url, { film: flags.length > 0 ? undefined : null, lang, flags });
    phones.push(made);
    await made.start();
    await made.context.addInitScript(before);
    return made;
  };
  const paired = async (session = 'conference', place = 'J Street', role = 'scan', before, flags) => {
    const door = await phone(before, flags);
    await door.pair(await pairingCode(house, slug, session, role), place);
    return door;
  };
  let shared;
  // The same phone where nothing was broken in it before: starting one takes long.
  const same = async () => {
    shared ??= await paired();
    await shared.page.keyboard.press('Escape');
    return shared;
  };
  const register = async (option = 'general') => {
    const answer = await visitor.register(slug, { name: 'Guest', contact: 'none', region, option, age_band: 'adult', photo: 'yes' });
    return (await visitor.get(`/t/${tokenOf(answer)}/1.txt`)).text.trim();
  };
  const decisions = async (epoch) => (await house.query(
    `SELECT decision FROM scan WHERE rev = 1 AND epoch = ${signed(epoch)} ORDER BY seq`)).flat();
  const deviceOf = (door) => door.page.evaluate(() => new Promise((resolve) => {
    indexedDB.open('turnout-door').onsuccess = ({ target: { result: db } }) => {
      db.transaction('kept').objectStore('kept').get('pairing').onsuccess = ({ target }) => {
        db.close();
        resolve(target.result.device);
      };
    };
  }));
  const deleteStorage = (door) => door.page.evaluate(() => new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase('turnout-door');
    request.onsuccess = resolve;
    request.onerror = reject;
  }));
  const serve = async () => { server = await house.serve({ listen: `127.0.0.1:${server.port}` }); };

  before(async () => {
    house = await openHouse('sqlite');
    server = await house.serve();
    visitor = new Visitor(server.url);
    [[region]] = await house.query(`SELECT code FROM region WHERE event = (SELECT id FROM event WHERE slug = '${slug}') ORDER BY no LIMIT 1`);
  });
  after(async () => {
    await Promise.all(phones.map((each) => each.close()));
    visitor?.close();
    await house?.close();
  });

  test('the whole app is at most 600 kB on its way to a phone', async () => {
    const worker = (await visitor.get('/door/sw.js')).text;
    const files = JSON.parse(/FILES=(\[[^\]]*\])/.exec(worker)[1]);
    let sum = 0;
    for (const path of [...files, '/door/sw.js']) {
      const answer = await visitor.get(path, { 'Accept-Encoding': 'gzip' });
      assert.equal(answer.status, 200, path);
      sum += answer.body.length;
    }
    assert.ok(sum <= LIMIT, `${sum} bytes in ${files.length + 1} files`);
  });

  test('an answer that is lost after the server has written it: the phone decides, and one person came', async () => {
    const text = await register(), door = await same();
    await door.synced();
    let lost = 0;
    await door.page.route('**/api/v1/door/scan', async (route) => {
      await route.fetch();
      lost++;
      await route.abort();
    }, { times: 1 });
    const answer = await door.scan(text);
    assert.deepEqual([answer.decision, answer.online, lost], ['admit', 'false', 1]);
    await door.synced();
    const revs = await house.query(`SELECT rev, decision FROM scan WHERE epoch = ${signed(answer.epoch)} ORDER BY rev`);
    assert.deepEqual(revs, [['0', 'admit'], ['1', 'admit']]);
    assert.deepEqual(await house.query('SELECT count(*) FROM presence'), [['1']]);
  });

  test('a server that does not answer is waited for a second, and the screen says so', async () => {
    const text = await register(), door = await same();
    await door.synced();
    server.child.kill('SIGSTOP');
    await door.type(text);
    await door.page.waitForFunction(() => document.querySelector('main .note').textContent.endsWith('…'));
    const answer = await door.nextAnswer(null);
    assert.deepEqual([answer.decision, answer.online], ['admit', 'false']);
    server.child.kill('SIGCONT');
    await door.synced();
  });

  test('the key of tickets changes between registration and door: both are let in, with and without a network', async () => {
    const old = [await register(), await register()], door = await paired();
    await door.synced();
    await door.context.setOffline(true);
    await house.do(['schema', 'rotate-key', '--event', slug]);
    await sleep(1100); // by then the server has looked at its events again
    const fresh = [await register(), await register(), await register()];
    assert.deepEqual((await house.query('SELECT key_no, count(*) FROM attendee GROUP BY key_no ORDER BY key_no')).at(-1), ['2', '3']);
    const alone = await door.scan(old[0]), unheard = await door.scan(fresh[0]), again = await door.scan(fresh[0]);
    assert.deepEqual([alone.decision, alone.shown, alone.online], ['admit', 'green', 'false']);
    assert.deepEqual([unheard.decision, unheard.shown, unheard.online], ['admit_provisional', 'amber', 'false']);
    assert.equal(again.decision, 'again');
    await door.context.setOffline(false);
    await door.synced();
    assert.deepEqual(await decisions(unheard.epoch), ['admit', 'admit_provisional', 'again']);
    const there = async (text) => {
      const answer = await door.scan(text);
      return [answer.decision, answer.online];
    };
    assert.deepEqual(await there(fresh[1]), ['admit', 'true']);
    assert.deepEqual(await there(old[1]), ['admit', 'true']);
    // and by itself, now that it has heard of all of them
    await door.synced();
    await door.context.setOffline(true);
    assert.deepEqual(await there(fresh[2]), ['admit', 'false']);
    await door.context.setOffline(false);
    await door.synced();
    const { status, stdout } = await house.turnout(['schema', 'verify']);
    assert.equal(status, 0, stdout);
    assert.deepEqual(door.faults, []);
    await door.close();
  });

  test('nothing can be saved: no colour, nobody is let in; when it can be again, the log says what happened', async () => {
    const text = await register(), door = await paired('conference', 'J Street', 'scan', () => {
      const put = IDBObjectStore.prototype.put;
      IDBObjectStore.prototype.put = function (...given) {
        if (globalThis.diskIsFull)
          throw new DOMException('full', 'QuotaExceededError');
        return put.apply(this, given);
      };
    });
    await door.synced();
    await server.kill();
    await door.page.evaluate(() => { globalThis.diskIsFull = true; });
    await door.type(text);
    await door.page.waitForSelector('.answer[data-told=door_not_saved]');
    await looks.at(door.page, 'not-saved');
    assert.equal(await door.answer(), null);
    await door.page.evaluate(() => { globalThis.diskIsFull = false; });
    const answer = await door.scan(text);
    assert.equal(answer.decision, 'admit', 'the first one let nobody in');
    await serve();
    await door.synced();
    assert.deepEqual(await decisions(answer.epoch), ['interrupted', 'admit']);
  });

  test('the browser deletes the storage under the open app: it is written anew, and nothing is lost', async () => {
    const texts = [await register(), await register()], door = await same();
    await door.synced();
    await server.kill();
    const first = await door.scan(texts[0]);
    await deleteStorage(door);
    const second = await door.scan(texts[1]);
    assert.deepEqual([first.decision, second.decision], ['admit', 'admit']);
    await door.page.reload();
    await door.screen('scan');
    assert.equal((await door.saved()).waiting, '2');
    assert.equal((await door.scan(texts[0])).decision, 'again');
    await serve();
    await door.synced();
    assert.deepEqual((await decisions(first.epoch)).slice(-2), ['admit', 'admit']);
    assert.deepEqual(door.faults, []);
  });

  test('the storage was deleted while the app was closed: it says so, and is paired again', async () => {
    const door = await same();
    await door.synced();
    await door.page.goto(`${server.url}/e/${slug}`);
    await deleteStorage(door);
    await door.page.goto(`${server.url}/door/`);
    await door.screen('pair');
    await door.page.locator('[data-wiped]').waitFor();
    await looks.at(door.page, 'wiped');
    await door.pair(await pairingCode(house, slug, 'conference'), 'J Street');
  });

  test('an old copy of the storage comes back: no number is used twice, and all scans arrive', async () => {
    const texts = [await register(), await register(), await register()], door = await same();
    await door.synced();
    await server.kill();
    const one = await door.scan(texts[0]);
    await door.kill();
    const copy = `${door.dir}-copy`, noLock = (path) => !basename(path).startsWith('Singleton');
    cpSync(join(door.dir, 'profile'), copy, { recursive: true, filter: noLock });
    await door.start();
    await door.open();
    const two = await door.scan(texts[1]);
    await serve();
    await door.synced();
    await door.kill();
    rmSync(join(door.dir, 'profile'), { recursive: true });
    cpSync(copy, join(door.dir, 'profile'), { recursive: true });
    rmSync(copy, { recursive: true });
    await door.start();
    await door.open();
    const three = await door.scan(texts[2]);
    assert.equal(new Set([one.epoch, two.epoch, three.epoch]).size, 3);
    await door.synced();
    for (const { epoch } of [one, two, three])
      assert.deepEqual(await decisions(epoch), ['admit']);
    assert.deepEqual(await house.query(`SELECT count(*) FROM scan WHERE rev = 1 AND epoch = ${signed(one.epoch)}`), [['1']]);
  });

  test('a revoked phone says so, goes on, uploads for staff to look at, and can end its shift', async () => {
    const text = await register(), door = await paired();
    await door.synced();
    await house.do(['schema', 'device', 'revoke', await deviceOf(door)]);
    await door.page.evaluate(() => dispatchEvent(new Event('online')));
    await door.page.locator('main .notice[role=alert]:not([hidden])').waitFor();
    await looks.at(door.page, 'revoked');
    const answer = await door.scan(text);
    assert.equal(answer.decision, 'admit');
    await door.page.waitForFunction(() => document.querySelector('#saved').dataset.waiting === '0');
    assert.deepEqual(await decisions(answer.epoch), ['admit']);
    assert.deepEqual(await house.query(`SELECT count(*) FROM presence WHERE epoch = ${signed(answer.epoch)}`), [['0']]);
    await door.page.keyboard.press('Escape');
    await door.page.locator('[data-tool=door_more]').click();
    await door.page.locator('[data-entry=door_end_title]').click();
    await door.page.locator('main > button.wide').first().click();
    await door.screen('ended');
  });

  test('the shift ends without a network: nothing is removed before the file is handed out', async () => {
    const text = await register(), door = await paired();
    await door.synced();
    await server.kill();
    await door.scan(text);
    await door.page.keyboard.press('Escape');
    await door.page.locator('[data-tool=door_more]').click();
    await door.page.locator('[data-entry=door_end_title]').click();
    await door.page.locator('main > button.wide').first().click();
    await door.page.waitForFunction(() => document.querySelector('main .fault').textContent !== '');
    await looks.at(door.page, 'end-waiting');
    assert.equal(await door.page.locator('[data-remove]').isVisible(), false);
    const downloads = door.page.waitForEvent('download').catch(() => null);
    await door.page.locator('main > button.wide.quiet:not([data-remove])').first().click();
    await door.page.locator('[data-remove]').waitFor();
    await downloads;
    await looks.at(door.page, 'end-file');
    await door.page.locator('[data-remove]').click();
    await door.screen('ended');
    await door.page.goto(`${server.url}/door/`); // from the phone alone: the server is gone
    await door.screen('pair');
    assert.equal(await door.page.locator('[data-wiped]').count(), 0);
    await serve();
  });

  test('a camera that is refused: the page says what to do, and a scanner that types works', async () => {
    const text = await register(), door = await paired('conference', 'J Street', 'scan', () => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
    });
    await door.page.waitForSelector('.note[data-camera=refused]');
    await looks.at(door.page, 'camera-refused');
    assert.equal((await door.scan(text)).decision, 'admit');
  });

  test('no WebAssembly at all: codes are typed, scanners type, and all is decided and kept as ever', async () => {
    const texts = [await register(), await register('lunch')];
    const door = await paired('lunch', 'line A', 'scan', undefined, ['--js-flags=--jitless']);
    assert.equal(await door.page.evaluate(() => typeof WebAssembly), 'undefined');
    await door.page.waitForSelector('.note[data-camera=wasm]');
    await looks.at(door.page, 'no-wasm');
    await door.synced();
    await server.kill();
    assert.deepEqual([(await door.scan(texts[1])).decision, (await door.scan(texts[1])).decision], ['admit', 'reject_used']);
    const last = await door.scan(texts[0]);
    assert.deepEqual([last.decision, last.shown], ['reject_not_booked', 'amber']);
    await door.page.reload();
    await door.screen('scan');
    assert.equal((await door.scan(texts[1])).decision, 'reject_used');
    await serve();
    await door.synced();
    assert.deepEqual(await decisions(last.epoch), ['admit', 'reject_used', 'reject_not_booked']);
    assert.deepEqual(door.faults, []);
  });

  test('every screen is clean to axe-core', () => {
    assert.deepEqual(looks.findings, []);
  });
});
