// How long a phone takes offline from a decoded frame to the colour on its screen, beyond the strict IndexedDB
// write that it waits for. On demand, not a test:
//
//   node tests/bench/door_app.mjs [--scans 200] [--json]
//
// Each scan is paired with a strict write of the same size to a database beside the app's, one after the other
// (A B B A); a colour counts as shown when the frame with it has been painted.
import { parseArgs } from 'node:util';

import { PhoneAtDoor, pairingCode } from '../lib/phone.mjs';
import { openHouse } from '../lib/turnout.mjs';
import { Visitor, tokenOf } from '../lib/visitor.mjs';

const { values } = parseArgs({ options: { scans: { type: 'string', default: '200' }, json: { type: 'boolean', default: false } } });
const scans = Number(values.scans), slug = 'immigrant-day-of-action', BYTES = 200;

const house = await openHouse('sqlite');
let door;
try {
  const server = await house.serve(), visitor = new Visitor(server.url);
  const [[region]] = await house.query(`SELECT code FROM region WHERE event = (SELECT id FROM event WHERE slug = '${slug}') ORDER BY no LIMIT 1`);
  const texts = [];
  for (let n = 0; n < scans; n++) {
    const answer = await visitor.register(slug, { name: `Guest ${n}`, contact: 'none', region, option: 'general', age_band: 'adult', photo: 'yes' });
    texts.push((await visitor.get(`/t/${tokenOf(answer)}/1.txt`)).text.trim());
  }
  visitor.close();
  door = new PhoneAtDoor(server.url, { film: null });
  await door.start();
  await door.pair(await pairingCode(house, slug, 'conference'), 'J Street');
  await door.synced();
  await server.kill();
  await door.page.waitForFunction(() => document.querySelector('#saved').dataset.online === 'false');

  await door.page.evaluate(async (bytes) => {
    const db = await new Promise((resolve, reject) => {
      const request = indexedDB.open('floor', 1);
      request.onupgradeneeded = () => request.result.createObjectStore('items');
      request.onsuccess = () => resolve(request.result);
      request.onerror = reject;
    });
    const value = new Uint8Array(bytes);
    let key = 0;
    globalThis.floor = () => new Promise((resolve, reject) => {
      const began = performance.now(), transaction = db.transaction('items', 'readwrite', { durability: 'strict' });
      transaction.objectStore('items').put(value, key++);
      transaction.oncomplete = () => resolve(performance.now() - began);
      transaction.onerror = reject;
      transaction.commit();
    });
    const painted = () => new Promise((resolve) => requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = resolve;
      port2.postMessage(null);
    }));
    globalThis.shown = (text) => new Promise((resolve) => {
      const watch = new MutationObserver(async () => {
        const view = document.querySelector('.answer[data-decision]');
        if (view === null || view.dataset.timed !== undefined)
          return;
        view.dataset.timed = '';
        watch.disconnect();
        await painted();
        const took = performance.now() - began;
        document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
        resolve({ took, decision: view.dataset.decision });
      });
      watch.observe(document.body, { childList: true });
      for (const key of text)
        document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      const began = performance.now();
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
    });
  }, BYTES);

  const pairs = [];
  for (const [n, text] of texts.entries()) {
    const pair = await door.page.evaluate(async ([ticket, scanFirst]) => {
      if (scanFirst) {
        const scan = await globalThis.shown(ticket);
        return { scan, floor: await globalThis.floor() };
      }
      const floor = await globalThis.floor();
      return { floor, scan: await globalThis.shown(ticket) };
    }, [text, n % 4 === 0 || n % 4 === 3]);
    if (pair.scan.decision !== 'admit')
      throw new Error(`scan ${n}: ${pair.scan.decision}`);
    pairs.push(pair);
  }

  const at = (numbers, share) => numbers.toSorted((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))];
  const figures = (numbers) => ({ median: +at(numbers, 0.5).toFixed(1), p99: +at(numbers, 0.99).toFixed(1) });
  const told = {
    scans: pairs.length,
    shown_ms: figures(pairs.map(({ scan }) => scan.took)),
    strict_write_ms: figures(pairs.map(({ floor }) => floor)),
    beyond_ms: figures(pairs.map(({ scan, floor }) => scan.took - floor)),
  };
  if (values.json) {
    console.log(JSON.stringify(told));
  } else {
    console.log(`${told.scans} scans offline, in ms     median     p99`);
    for (const [name, { median, p99 }] of Object.entries({ 'decoded to shown': told.shown_ms, 'a strict write': told.strict_write_ms,
      'beyond the write': told.beyond_ms }))
      console.log(`${name.padEnd(28)} ${String(median).padStart(6)}  ${String(p99).padStart(6)}`);
    console.log('target: at most 100 beyond the write');
  }
} finally {
  await door?.close();
  await house.close();
}
