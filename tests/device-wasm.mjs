// The phone's memory is the terminal's: door.wasm plays the calls that its native twin has played, and must answer
// and write the same bytes.
//
//   node device-wasm.mjs DOOR.WASM DEVICE-NATIVE [N] [SEED] [interpreted]      (TAP on stdout)
//
// With "interpreted" as the app runs it in a browser without WebAssembly. An empty SEED draws one.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { interpret } from '../web/door/interpreter.ts';

const [wasmFile, native, countText = '20000', seedText, interpreted] = process.argv.slice(2);
const seed = seedText || String(Date.now());

// layouts of checkin/device.h and checkin/log.h, asserted by the C compiler
const RECORD = 120, HEAD = 40, ENTRY = 128;
const door = interpreted ? interpret(readFileSync(wasmFile)) : new WebAssembly.Instance(new WebAssembly.Module(readFileSync(wasmFile)), {}).exports;
const base = (door.__heap_base.value + 15) & ~15;
door.memory.grow(32);
const room = base, place = base + 32, given = base + 64, back = base + 32768, block = base + 65536;
const bytes = () => new Uint8Array(door.memory.buffer);
let memory = 0;

function deviceNew([device, epoch]) {
  new Uint32Array(door.memory.buffer, room, 3).set([64, 64, 256]);
  memory = door.device_new(block, door.device_size(room), room, device, epoch, given);
  return memory !== 0 ? 1 : 0;
}

const n32 = (number) => Number(BigInt.asUintN(32, number));
const calls = [ // in the order of device-native.c; each returns what C returned
  ['new', deviceNew],
  ['restore', () => door.device_restore(memory, given)],
  ['recover', () => door.device_recover(memory, back)],
  ['scan', () => door.device_scan(memory, given, back)],
  ['answered', ([seq]) => door.device_answered(memory, seq, given, back)],
  ['alone', ([seq]) => door.device_alone(memory, seq, back)],
  ['stored', () => door.device_stored(memory, given, back)],
  ['not_stored', () => (door.device_not_stored(memory, given), 0)],
  ['count', ([region, delegation, n]) => door.device_count(memory, given, n32(region), n32(delegation), n32(n), back)],
  ['void', () => door.device_void(memory, given, back)],
  ['undo', ([mark, reason]) => door.device_undo(memory, given, mark, n32(reason), back)],
  ['manifest', ([n, gone]) => {
    new BigUint64Array(door.memory.buffer, place, 1)[0] = gone;
    const take = door.device_take_manifest(memory, given, given + HEAD, n32(n), place, 1);
    bytes().copyWithin(back, door.device_manifest(memory), door.device_manifest(memory) + 64 * 15);
    return take;
  }],
  ['known', ([n]) => {
    const take = door.device_take_known(memory, given, given + HEAD, n32(n));
    door.device_known(memory, 0, back);
    return take;
  }],
  ['batch', ([max]) => door.device_batch(memory, back, n32(max))],
  ['acknowledge', ([n, history, version, question]) => door.device_acknowledge(memory, given, n32(n),
    given + 8 * RECORD, n32(n), history, version, n32(question))],
  ['unsaved', () => door.device_next_unsaved(memory, back)],
  ['status', () => (door.device_status(memory, back), 0)],
  ['code', ([mono]) => door.device_find_code(memory, given, 10, mono, back)],
  ['group', ([delegation]) => door.device_group(memory, n32(delegation), back, 16)],
  ['is_in', ([mark]) => door.device_is_in(memory, mark)],
  ['move', () => door.device_move(memory, given)],
  ['derive', ([n]) => (door.log_derive(given, n32(n), back), n32(n))],
  ['first', () => door.log_compare_first(given, given + ENTRY)],
];

console.log('TAP version 13');
console.log(`# ${countText} random steps, seed ${seed}`);
const played = execFileSync(native, [countText, seed], { maxBuffer: 1 << 30 });
const seen = new Map();
let at = 0, fault = null;
const take = (n) => played.subarray(at, at += n);
while (at < played.length && fault === null) {
  const number = take(4).readUInt32LE(0), expected = take(4).readInt32LE(0);
  const numbers = Array.from({ length: 6 }, (_, i) => played.readBigUInt64LE(at + 8 * i));
  at += 48;
  const input = take(take(4).readUInt32LE(0)), output = take(take(4).readUInt32LE(0));
  const [name, run] = calls[number];
  bytes().set(input, given);
  bytes().fill(0, back, back + 4096);
  const returned = run(numbers);
  const same = Buffer.compare(output, bytes().subarray(back, back + output.length)) === 0;
  const outcome = `${name} ${expected > 20 ? 'many' : expected}`;
  seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
  if (returned !== expected || !same)
    fault = `${name} at byte ${at}: returned ${returned}, natively ${expected}; ${same ? 'same' : 'other'} bytes: `
      + `${Buffer.from(bytes().subarray(back, back + output.length)).toString('hex')} and ${output.toString('hex')}`;
}
console.log(`${fault ? 'not ok' : 'ok'} 1 - the phone remembers what the terminal remembers`);
if (fault)
  console.log(`# ${fault}`);
const missing = calls.map(([name]) => name).filter((name) => ![...seen.keys()].some((each) => each.startsWith(`${name} `)));
const outcomes = ['scan 0', 'scan 1', 'scan 2', 'scan 3', 'scan 5', 'stored 1', 'stored 0', 'manifest 0', 'manifest 1',
  'manifest 2', 'manifest 4', 'known 0', 'known 5', 'undo 0', 'undo 6', 'recover 1', 'unsaved 1', 'is_in 1', 'is_in 0']
  .filter((each) => !seen.has(each));
console.log(`${missing.length + outcomes.length ? 'not ok' : 'ok'} 2 - each call was played, with its outcomes`);
if (missing.length + outcomes.length)
  console.log(`# not played: ${[...missing, ...outcomes].join(', ')}`);
console.log('1..2');
process.exit(fault || missing.length + outcomes.length ? 1 : 0);
