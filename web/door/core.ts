/*
 * door.wasm from TypeScript: structs of checkin/device.h, log.h and t1.h as objects. Only bytes are
 * moved here; what is decided, remembered, queued and merged is the C code's.
 */
import { interpret } from "./interpreter.ts";

export const WAIT_MS = 1000, BATCH_MAX = 500, COUNT_MAX = 1000;

export const Outcome = { DECIDED: 0, ASK: 1, ASK_REGION: 2, BUSY: 3, FULL: 4, FORBIDDEN: 5, NOTHING: 6 };
export const State = { INTENT: 0, WAITING: 1, DURABLE: 2, QUARANTINED: 3 };
export const Take = { TAKEN: 0, STALE: 1, WANT_FULL: 2, NO_ROOM: 3, MALFORMED: 4, WANT_MANIFEST: 5 };
export const Code = { FOUND: 0, NONE: 1, UNKNOWN: 2, TOO_OFTEN: 3 };
export const Signature = { NONE: 0, HOLDS: 1, ELSEWHERE: 2 };
export const Decision = { ADMIT: 0, AGAIN: 1, PROVISIONAL: 2, OVERRIDE: 3, LEAVE: 4, SIGNATURE: 5, ELSEWHERE: 6, REVOKED: 7,
	USED: 8, NOT_BOOKED: 9, VOID: 10, COUNT: 11, INTERRUPTED: 12 };
export const Reason = { NONE: 0, PRACTICE: 1, REHEARSAL: 2, GROUP: 3, SPARE: 4, SUPERVISOR: 5, DOUBLE: 6, WRONG_PERSON: 7,
	TRIAL: 8, OTHER: 9 };
export const TicketClass = { CAPTAIN: 1, SPARE: 6, PRACTICE: 7 };
export const shownNames = ["green", "amber", "red", "blue"];

export const sizes = { item: 144, record: 120, entry: 15 };

export interface LogRecord {
	device: bigint; epoch: bigint; seq: bigint; mark: bigint;
	voidDevice: bigint; voidEpoch: bigint; voidSeq: bigint;
	wall: number; mono: number; skew: number; skewError: number; manifestVersion: number; count: number;
	session: number; checkpoint: number; region: number; delegation: number;
	rev: number; decision: number; reason: number; hasMark: boolean; hasVoid: boolean; online: boolean;
}
/* The 144 bytes as they are stored; the record is read from them. */
export interface Item { bytes: Uint8Array; record: LogRecord; state: number }
export interface Place { keyCreated: number; session: number; checkpoint: number; supervisor: boolean; listed: boolean; once: boolean }
export interface Clock { wall: number; mono: number; skew: number; skewError: number }
export interface Scan {
	clock: Clock; mark: bigint; ticketMinute: number; region: number; signature: number; ticketClass: number;
	leaving: boolean; override: number; online: boolean; group: boolean;
}
export interface Answer {
	firstAt: number; holder: number; firstCheckpoint: number; delegation: number; decision: number; shown: number; hint: number;
	practice: boolean; online: boolean;
}
export interface Head { history: bigint; version: number; since: number; issued: number; question: number; session: number; full: boolean }
export interface Known { holder: number; minute: number; checkpoint: number; in: number }
export interface Ack { device: bigint; epoch: bigint; seq: bigint; index: number; rev: number; quarantined: boolean; noKey: boolean }
export interface Member { mark: bigint; holder: number; in: boolean; entry: number; hint: number }
export interface Status {
	history: bigint; manifestVersion: number; knownVersion: number; issued: number; tickets: number; known: number; records: number;
	waiting: number; quarantined: number; unsaved: number; nextSeq: bigint; question: number; busy: boolean;
}
export interface Ticket { hint: number; id: Uint8Array; ticketClass: number; minute: number; signature: Uint8Array; at: number }

const ROOM = { tickets: 40000, holders: 40000, records: 50000 };
const SCRATCH = 1 << 20;
const PAGE = 65536;

type Exports = Record<string, (...args: any[]) => any>;

/* Gives a new instance's exports each time. */
export type DoorModule = () => Promise<any>;

export async function loadDoor(url: string): Promise<DoorModule> {
	const answer = await fetch(url);
	if (!answer.ok)
		throw new Error(`door.wasm: ${answer.status}`);
	const bytes = await answer.arrayBuffer();
	try {
		const module = await WebAssembly.compile(bytes);
		return async () => (await WebAssembly.instantiate(module, {})).exports;
	} catch {
		interpret(new Uint8Array(bytes)); /* whether it can be */
		return async () => interpret(new Uint8Array(bytes));
	}
}

export class Core {
	private door: Exports;
	private heap: { buffer: ArrayBuffer; grow(pages: number): number };
	private scratch: number;
	private out: number; /* second half of scratch: what C writes */
	private self = 0;

	private constructor(exports: any) {
		const { memory, __heap_base, ...door } = exports;
		this.door = door;
		this.heap = memory;
		this.scratch = Math.ceil(__heap_base.value / 8) * 8;
		this.out = this.scratch + SCRATCH;
	}

	static async open(module: DoorModule, device: bigint, epoch: bigint, place: Place, room = ROOM): Promise<Core> {
		const core = new Core(await module());
		core.reserve(core.out + SCRATCH);
		core.view().setUint32(core.scratch, room.tickets, true);
		core.view().setUint32(core.scratch + 4, room.holders, true);
		core.view().setUint32(core.scratch + 8, room.records, true);
		const size = core.door.device_size(core.scratch) >>> 0;
		const memory = core.out + SCRATCH;
		core.reserve(memory + size);
		core.writePlace(core.scratch + 16, place);
		core.self = core.door.device_new(memory, size, core.scratch, BigInt.asIntN(64, device), BigInt.asIntN(64, epoch), core.scratch + 16);
		if (core.self === 0)
			throw new Error("door.wasm has no room");
		return core;
	}

	private reserve(end: number) {
		const missing = end - this.heap.buffer.byteLength;
		if (missing > 0)
			this.heap.grow(Math.ceil(missing / PAGE));
	}
	private view() { return new DataView(this.heap.buffer); }
	private bytes(at: number, length: number) { return new Uint8Array(this.heap.buffer, at, length); }
	private put(at: number, bytes: Uint8Array) { this.bytes(at, bytes.length).set(bytes); }
	private clear(at: number, length: number) { this.bytes(at, length).fill(0); }

	private writePlace(at: number, place: Place) {
		const view = this.view();
		this.clear(at, 16);
		view.setBigInt64(at, BigInt(place.keyCreated), true);
		view.setUint16(at + 8, place.session, true);
		view.setUint16(at + 10, place.checkpoint, true);
		view.setUint8(at + 12, +place.supervisor);
		view.setUint8(at + 13, +place.listed);
		view.setUint8(at + 14, +place.once);
	}
	private writeClock(at: number, clock: Clock) {
		[clock.wall, clock.mono, clock.skew, clock.skewError].forEach((value, i) =>
			this.view().setBigInt64(at + 8 * i, BigInt(Math.round(value)), true));
	}
	private readItem(at: number): Item {
		const bytes = this.bytes(at, sizes.item).slice();
		return { bytes, record: readRecord(bytes), state: bytes[136] };
	}

	/* ---- start ---- */
	move(place: Place): boolean {
		this.writePlace(this.scratch, place);
		return this.door.device_move(this.self, this.scratch) !== 0;
	}
	restore(bytes: Uint8Array): boolean {
		this.put(this.scratch, bytes);
		return this.door.device_restore(this.self, this.scratch) !== 0;
	}
	recover(): Item | null {
		return this.door.device_recover(this.self, this.out) ? this.readItem(this.out) : null;
	}

	/* ---- scanning ---- */
	scan(scan: Scan): { outcome: number; item: Item | null } {
		const at = this.scratch, view = this.view();
		this.clear(at, 56);
		this.writeClock(at, scan.clock);
		view.setBigUint64(at + 32, scan.mark, true);
		view.setUint32(at + 40, scan.ticketMinute, true);
		view.setUint16(at + 44, scan.region, true);
		[scan.signature, scan.ticketClass, +scan.leaving, scan.override, +scan.online, +scan.group].forEach((value, i) =>
			view.setUint8(at + 46 + i, value));
		return this.outcome(this.door.device_scan(this.self, at, this.out));
	}
	private outcome(outcome: number) {
		const has = outcome === Outcome.DECIDED || outcome === Outcome.ASK;
		return { outcome, item: has ? this.readItem(this.out) : null };
	}
	answered(seq: bigint, reply: { firstAt: number; checkpoint: number; decision: number; hint: number }): Item | null {
		const at = this.scratch, view = this.view();
		this.clear(at, 16);
		view.setBigInt64(at, BigInt(reply.firstAt), true);
		view.setUint16(at + 8, reply.checkpoint, true);
		view.setUint8(at + 10, reply.decision);
		view.setUint8(at + 11, reply.hint);
		return this.door.device_answered(this.self, seq, at, this.out) ? this.readItem(this.out) : null;
	}
	alone(seq: bigint): Item | null {
		return this.door.device_alone(this.self, seq, this.out) ? this.readItem(this.out) : null;
	}
	stored(item: Item): Answer | null {
		this.put(this.scratch, item.bytes);
		if (!this.door.device_stored(this.self, this.scratch, this.out))
			return null;
		const view = this.view(), at = this.out;
		return { firstAt: Number(view.getBigInt64(at, true)), holder: view.getUint32(at + 8, true),
			firstCheckpoint: view.getUint16(at + 12, true), delegation: view.getUint16(at + 14, true), decision: view.getUint8(at + 16),
			shown: view.getUint8(at + 17), hint: view.getUint8(at + 18), practice: view.getUint8(at + 19) !== 0,
			online: view.getUint8(at + 20) !== 0 };
	}
	notStored(item: Item) {
		this.put(this.scratch, item.bytes);
		this.door.device_not_stored(this.self, this.scratch);
	}
	count(clock: Clock, region: number, delegation: number, n: number) {
		this.writeClock(this.scratch, clock);
		return this.outcome(this.door.device_count(this.self, this.scratch, region, delegation, n, this.out));
	}
	undo(clock: Clock, mark: bigint, reason: number) {
		this.writeClock(this.scratch, clock);
		return this.outcome(this.door.device_undo(this.self, this.scratch, BigInt.asIntN(64, mark), reason, this.out));
	}
	void(what: { clock: Clock; device: bigint; epoch: bigint; seq: bigint; mark: bigint | null; reason: number }) {
		const at = this.scratch, view = this.view();
		this.clear(at, 72);
		this.writeClock(at, what.clock);
		[what.device, what.epoch, what.seq, what.mark ?? 0n].forEach((value, i) => view.setBigUint64(at + 32 + 8 * i, value, true));
		view.setUint8(at + 64, what.mark === null ? 0 : 1);
		view.setUint8(at + 65, what.reason);
		return this.outcome(this.door.device_void(this.self, at, this.out));
	}

	/* ---- lists ---- */
	private writeHead(at: number, head: Head) {
		const view = this.view();
		this.clear(at, 40);
		view.setBigUint64(at, head.history, true);
		[head.version, head.since, head.issued].forEach((value, i) => view.setBigInt64(at + 8 + 8 * i, BigInt(value), true));
		view.setUint32(at + 32, head.question, true);
		view.setUint16(at + 36, head.session, true);
		view.setUint8(at + 38, +head.full);
	}
	takeManifest(head: Head, entries: Uint8Array, gone: bigint[]): number {
		const marks = this.scratch + 64, list = this.out;
		if (entries.length > SCRATCH || gone.length * 8 > SCRATCH - 64)
			return Take.NO_ROOM;
		this.writeHead(this.scratch, head);
		gone.forEach((mark, i) => this.view().setBigUint64(marks + 8 * i, mark, true));
		this.put(list, entries);
		return this.door.device_take_manifest(this.self, this.scratch, list, entries.length / sizes.entry, marks, gone.length);
	}
	takeKnown(head: Head, known: Known[]): number {
		if (known.length * 12 > SCRATCH)
			return Take.NO_ROOM;
		this.writeHead(this.scratch, head);
		this.clear(this.out, known.length * 12);
		known.forEach((each, i) => {
			const view = this.view(), at = this.out + 12 * i;
			view.setUint32(at, each.holder, true);
			view.setUint32(at + 4, each.minute, true);
			view.setUint16(at + 8, each.checkpoint, true);
			view.setUint8(at + 10, each.in);
		});
		return this.door.device_take_known(this.self, this.scratch, this.out, known.length);
	}
	history(history: bigint, question: number): boolean {
		return this.door.device_history(this.self, BigInt.asIntN(64, history), question) !== 0;
	}
	status(): Status {
		this.door.device_status(this.self, this.out);
		const view = this.view(), at = this.out, small = (i: number) => view.getUint32(at + i, true);
		return { history: view.getBigUint64(at, true), manifestVersion: Number(view.getBigInt64(at + 8, true)),
			knownVersion: Number(view.getBigInt64(at + 16, true)), issued: Number(view.getBigInt64(at + 24, true)), tickets: small(32),
			known: small(36), records: small(40), waiting: small(44), quarantined: small(48), unsaved: small(52),
			nextSeq: view.getBigUint64(at + 56, true), question: small(64), busy: view.getUint8(at + 68) !== 0 };
	}
	manifest(): Uint8Array {
		return this.bytes(this.door.device_manifest(this.self), this.status().tickets * sizes.entry).slice();
	}
	known(): Known[] {
		const list: Known[] = [];
		while (this.door.device_known(this.self, list.length, this.out)) {
			const view = this.view(), at = this.out;
			list.push({ holder: view.getUint32(at, true), minute: view.getUint32(at + 4, true), checkpoint: view.getUint16(at + 8, true),
				in: view.getUint8(at + 10) });
		}
		return list;
	}

	/* ---- uploading ---- */
	batch(max: number): Uint8Array[] {
		const n = this.door.device_batch(this.self, this.out, max);
		return Array.from({ length: n }, (_, i) => this.bytes(this.out + i * sizes.record, sizes.record).slice());
	}
	acknowledge(sent: Uint8Array[], acks: Ack[], history: bigint, version: number, question: number): number {
		const list = this.scratch + BATCH_MAX * sizes.record;
		if (sent.length > BATCH_MAX || acks.length > BATCH_MAX)
			return 0;
		sent.forEach((record, i) => this.put(this.scratch + i * sizes.record, record));
		this.clear(list, acks.length * 32);
		acks.forEach((ack, i) => {
			const view = this.view(), at = list + 32 * i;
			[ack.device, ack.epoch, ack.seq].forEach((value, k) => view.setBigUint64(at + 8 * k, value, true));
			view.setUint32(at + 24, ack.index, true);
			[ack.rev, +ack.quarantined, +ack.noKey].forEach((value, k) => view.setUint8(at + 28 + k, value));
		});
		return this.door.device_acknowledge(this.self, this.scratch, sent.length, list, acks.length,
			BigInt.asIntN(64, history), BigInt(version), question);
	}
	/* The whole own log, for storage that was wiped. */
	items(): Item[] {
		const list: Item[] = [];
		while (this.door.device_item(this.self, list.length, this.out))
			list.push(this.readItem(this.out));
		return list;
	}
	nextUnsaved(): Item | null {
		return this.door.device_next_unsaved(this.self, this.out) ? this.readItem(this.out) : null;
	}

	/* ---- looking ---- */
	findCode(text: string, mono: number): { code: number; mark: bigint } {
		const typed = new TextEncoder().encode(text.slice(0, 100));
		this.put(this.scratch, typed);
		this.clear(this.out, 8);
		const code = this.door.device_find_code(this.self, this.scratch, typed.length, BigInt(Math.round(mono)), this.out);
		return { code, mark: this.view().getBigUint64(this.out, true) };
	}
	group(delegation: number): Member[] {
		const max = SCRATCH / 16, n = Math.min(this.door.device_group(this.self, delegation, this.out, max) >>> 0, max);
		return Array.from({ length: n }, (_, i) => {
			const view = this.view(), at = this.out + 16 * i;
			return { mark: view.getBigUint64(at, true), holder: view.getUint32(at + 8, true), in: view.getUint8(at + 12) !== 0,
				entry: view.getUint8(at + 13), hint: view.getUint8(at + 14) };
		});
	}
	isIn(mark: bigint): boolean { return this.door.device_is_in(this.self, BigInt.asIntN(64, mark)) !== 0; }
	tally(): number { return Number(this.door.device_tally(this.self)); }

	/* ---- words ---- */
	private name(at: number): string | null {
		if (at === 0)
			return null;
		const memory = new Uint8Array(this.heap.buffer);
		return new TextDecoder().decode(memory.slice(at, memory.indexOf(0, at)));
	}
	decisionName(decision: number) { return this.name(this.door.door_decision_name(decision)); }
	reasonName(reason: number) { return this.name(this.door.log_reason_name(reason)); }
	decisionOf(word: string): number {
		for (let i = 0; i <= Decision.INTERRUPTED; i++)
			if (this.decisionName(i) === word)
				return i;
		return 255;
	}

	/* ---- tickets ---- */
	parse(text: string): Ticket | null {
		const bytes = new TextEncoder().encode(text.slice(0, 200));
		this.put(this.scratch, bytes);
		if (!this.door.t1_parse(this.scratch, bytes.length, this.out))
			return null;
		const at = this.out, view = this.view();
		return { hint: view.getUint8(at), id: this.bytes(at + 1, 8).slice(), ticketClass: view.getUint8(at + 9),
			minute: view.getUint32(at + 12, true), signature: this.bytes(at + 16, 64).slice(), at };
	}
	/* What was signed; of the ticket that parse() gave last. */
	message(ticket: Ticket, event: Uint8Array): Uint8Array {
		this.put(this.scratch, event);
		this.door.t1_message(ticket.at, this.scratch, this.scratch + 64);
		return this.bytes(this.scratch + 64, 39).slice();
	}
}

export function readRecord(bytes: Uint8Array): LogRecord {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const id = (at: number) => view.getBigUint64(at, true), number = (at: number) => Number(view.getBigInt64(at, true));
	const short = (at: number) => view.getUint16(at, true), byte = (at: number) => view.getUint8(at);
	return { device: id(0), epoch: id(8), seq: id(16), mark: id(24), voidDevice: id(32), voidEpoch: id(40), voidSeq: id(48),
		wall: number(56), mono: number(64), skew: number(72), skewError: number(80), manifestVersion: number(88), count: number(96),
		session: short(104), checkpoint: short(106), region: short(108), rev: byte(110), decision: byte(111), reason: byte(112),
		hasMark: byte(113) !== 0, hasVoid: byte(114) !== 0, online: byte(115) !== 0, delegation: short(116) };
}
