// The phone's decision is the server's: door.wasm and its native twin answer the same random questions
// alike, and both signature libraries judge the same vectors alike.
//
//   node door-wasm.mjs DOOR.WASM DOOR-NATIVE [N] [SEED]      (TAP on stdout)
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { verify, hashes } from "@noble/ed25519";
import { createHash } from "node:crypto";

const [wasmFile, native, countText = "100000", seedText] = process.argv.slice(2);
const count = Number(countText);
const seed = seedText ?? String(Date.now());
const CHUNK = 50000;

// layouts of checkin/door.h and checkin/t1.h, asserted by the C compiler
const QUESTION = 48, ANSWER = 24, ANSWER_SMALL = 5, ANSWER_TIMES = 8, ROWS = 12;
const TEXT_MAX = 135, T1 = 80, TEXT = 124, MESSAGE = 39;

hashes.sha512 = (message) => new Uint8Array(createHash("sha512").update(message).digest());

let number = 0, failed = 0;
function test(name, run) {
	number++;
	try {
		run();
		console.log(`ok ${number} - ${name}`);
	} catch (error) {
		failed++;
		console.log(`not ok ${number} - ${name}`);
		console.log(String(error.stack ?? error).replace(/^/gm, "# "));
	}
}
function ensure(condition, what) {
	if (!condition)
		throw new Error(what);
}
const hex = (bytes) => Buffer.from(bytes).toString("hex");

const module = new WebAssembly.Module(readFileSync(wasmFile));
const door = new WebAssembly.Instance(module, {}).exports;
const scratch = door.__heap_base.value;
door.memory.grow(1);
const memory = () => new Uint8Array(door.memory.buffer);

function ask(kind, n, from) {
	return execFileSync(native, [kind, String(n), String(from)], { maxBuffer: 1 << 30 });
}
function* chunks(kind, size) {
	for (let done = 0, k = 0; done < count; done += CHUNK, k++) {
		const n = Math.min(CHUNK, count - done);
		const bytes = ask(kind, n, BigInt(seed) * 1000n + BigInt(k));
		ensure(bytes.length === n * size, `${bytes.length} bytes for ${n} of ${size}`);
		for (let i = 0; i < n; i++)
			yield bytes.subarray(i * size, (i + 1) * size);
	}
}

console.log("TAP version 13");
console.log(`# ${count} random inputs, seed ${seed}`);

test("the module asks nothing of its host", () => {
	ensure(WebAssembly.Module.imports(module).length === 0, "it has imports");
});

test("the phone and the server decide alike, every row among it", () => {
	const rows = new Array(ROWS).fill(0);
	const question = scratch, answer = scratch + 64;
	for (const pair of chunks("decide", QUESTION + ANSWER)) {
		const m = memory();
		m.set(pair.subarray(0, QUESTION), question);
		m.fill(0xaa, answer, answer + ANSWER);
		door.door_decide(question, answer);
		const theirs = pair.subarray(QUESTION), ours = m.subarray(answer, answer + ANSWER);
		for (let i = 0; i < ANSWER; i++)
			if (ours[i] !== theirs[i] && (i < ANSWER_SMALL || i >= ANSWER_TIMES))
				throw new Error(`asked ${hex(pair.subarray(0, QUESTION))}: ` +
					`the phone says ${hex(ours)}, the server ${hex(theirs)}`);
		rows[ours[2]]++;
	}
	console.log(`# inputs by row: ${rows.join(" ")}`);
	rows.forEach((n, row) => ensure(n >= count / 100, `row ${row} got ${n} of ${count}`));
});

test("the phone and the server read and write tickets alike", () => {
	const text = scratch, ticket = scratch + 256, again = scratch + 512, event = scratch + 768,
		message = scratch + 1024;
	let tickets = 0;
	for (const row of chunks("t1", 1 + TEXT_MAX + 1 + T1 + TEXT + MESSAGE)) {
		const length = row[0], m = memory();
		let at = 1;
		const take = (n) => row.subarray(at, at += n);
		const theirText = take(TEXT_MAX);
		m.set(theirText, text);
		m.fill(0, ticket, ticket + T1);
		m.set(theirText.subarray(0, 16), event);
		const isOne = door.t1_parse(text, length, ticket);
		door.t1_write(ticket, again);
		door.t1_message(ticket, event, message);
		const same = (what, theirs, ours) => ensure(Buffer.compare(theirs, ours) === 0,
			`${what} of ${hex(theirText.subarray(0, length))}: ${hex(ours)}, natively ${hex(theirs)}`);
		ensure(isOne === take(1)[0], `is ${hex(theirText.subarray(0, length))} a ticket: ${isOne}`);
		same("the ticket", take(T1), m.subarray(ticket, ticket + T1));
		same("the text", take(TEXT), m.subarray(again, again + TEXT));
		ensure(m[again + TEXT] === 0, "no NUL after the text");
		same("the message", take(MESSAGE), m.subarray(message, message + MESSAGE));
		tickets += isOne;
	}
	console.log(`# ${tickets} of them tickets`);
	ensure(tickets > count / 2 && tickets < count * 0.95, `${tickets} tickets of ${count}`);
});

test("the phone names decisions and colours by the log's words", () => {
	const name = (at) => {
		if (at === 0)
			return null;
		const m = memory();
		return Buffer.from(m.subarray(at, m.indexOf(0, at))).toString();
	};
	const decisions = ["admit", "again", "admit_provisional", "admit_override", "leave",
		"reject_signature", "reject_elsewhere", "reject_revoked", "reject_used",
		"reject_not_booked", "void", "count", "interrupted", null];
	decisions.forEach((word, i) => ensure(name(door.door_decision_name(i)) === word, `${i}: ${word}`));
	["green", "amber", "red", "blue", null].forEach((word, i) =>
		ensure(name(door.door_shown_name(i)) === word, `${i}: ${word}`));
	decisions.forEach((word, i) => ensure((door.door_decision_admits(i) !== 0) === (i < 4), `${word}`));
});

test("signatures that the server refuses are refused by the phone", () => {
	const { vectors } = JSON.parse(readFileSync(new URL("vectors/ed25519.json", import.meta.url)));
	const bytes = (text) => new Uint8Array(Buffer.from(text, "hex"));
	let held = 0;
	for (const v of vectors) {
		let holds = false;
		try {
			holds = verify(bytes(v.signature), bytes(v.message), bytes(v.key), { zip215: false });
		} catch {
			holds = false; // a point that is none throws
		}
		const expected = v.phone ?? v.holds;
		ensure(holds === expected, `${v.name}: the phone says ${holds}`);
		held += holds;
	}
	console.log(`# ${vectors.length} vectors, ${held} hold`);
	ensure(held >= 10 && vectors.length - held >= 40, "too few vectors of one kind");
});

console.log(`1..${number}`);
process.exit(failed ? 1 : 0);
