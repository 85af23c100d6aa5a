// Tickets as the program draws them, then worn (lib/worn.mjs): read at 3 pixels a module by the reader of the app at
// the door and by another, in one look each. TURNOUT_TEST_TICKETS says how many (60).
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { readPng } from './lib/film.mjs';
import { readGrey, readManyByZbar } from './lib/qr.mjs';
import { openHouse } from './lib/turnout.mjs';
import { Visitor, tokenOf } from './lib/visitor.mjs';
import { pgmOf, worn } from './lib/worn.mjs';

const slug = 'immigrant-day-of-action';
const many = Number(process.env.TURNOUT_TEST_TICKETS ?? 60), atOnce = 8;
const MODULES = 45 + 2 * 4; // with the quiet zone
const share = many >= 500 ? 0.99 : 0.95; // of few, chance has a say

let house, visitor, dir;
const tickets = []; // { text, picture: { size, grey } }

// A PNG of the program as modules.
function modulesOf(png) {
  const { width, height, dark } = readPng(png), scale = width / MODULES;
  assert.ok(Number.isInteger(scale) && width === height, `${width} × ${height}`);
  return { side: MODULES, dark: (x, y) => dark(Math.floor((x + 0.5) * scale), Math.floor((y + 0.5) * scale)) };
}

async function ticket(n) {
  const answer = await visitor.register(slug, { name: `Guest ${n}`, contact: 'none', region: '1', option: 'general', age_band: 'adult', photo: 'no' });
  const token = tokenOf(answer);
  assert.ok(token, `${answer.status} ${answer.text}`);
  const text = (await visitor.get(`/t/${token}/1.txt`)).text.trim();
  tickets[n] = { text, picture: worn(modulesOf((await visitor.get(`/t/${token}/1.png`)).body), n + 1) };
}

before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'turnout-tickets-'));
  house = await openHouse('sqlite');
  visitor = new Visitor((await house.serve()).url);
  for (let first = 0; first < many; first += atOnce)
    await Promise.all(Array.from({ length: Math.min(atOnce, many - first) }, (_, n) => ticket(first + n)));
});
after(async () => {
  visitor?.close();
  await house?.close();
  rmSync(dir, { recursive: true, force: true });
});

function judge(reader, read) {
  const right = read.filter((text, n) => text === tickets[n].text).length;
  const wrong = read.filter((text, n) => text !== undefined && text !== tickets[n].text);
  console.log(`${reader}: ${right} of ${many} read, ${wrong.length} wrongly`);
  assert.deepEqual(wrong, []);
  assert.ok(right >= many * share, `${right} of ${many}`);
}

test(`the app's reader reads ${many} worn tickets at 3 pixels a module, none wrongly`, async () => {
  const read = [];
  for (const { picture } of tickets)
    read.push(await readGrey(picture));
  judge('zxing-wasm', read);
});

test(`zbarimg reads ${many} worn tickets at 3 pixels a module, none wrongly`, () => {
  const files = tickets.map(({ picture }, n) => {
    const file = join(dir, `${n}.pgm`);
    writeFileSync(file, pgmOf(picture));
    return file;
  });
  judge('zbarimg', readManyByZbar(files));
});
