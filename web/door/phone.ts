/*
 * The phone as a device: holds the core, the storage and the network together. It does what the core
 * says, in the order that checkin/device.h asks for, and never shows an answer that isn't stored.
 */
import { Answer, BATCH_MAX, Core, DoorModule, Item, LogRecord, Outcome, readRecord, Reason, Scan, Signature, State, WAIT_MS } from "./core.ts";
import { Network, Reply } from "./network.ts";
import { Names, questionJson, recordJson, Region } from "./records.ts";
import { Snapshot, Storage, Stored } from "./storage.ts";
import { hexOf, idOf, Key, readTicket } from "./tickets.ts";

/* `titles` is missing in what an older server told. */
export interface Session { code: string; title: string; titles?: Record<string, string>; kind: string; door: string; reentry: string; starts: number; ends: number }
export interface Checkpoint { no: number; name: string; session: Session }
export interface Pairing {
	device: string; token: string; role: "scan" | "supervisor"; checkpoints: Checkpoint[];
	event: { slug: string; id: string; title: string; zone: string };
	sessions: string[]; /* their places + 1 are the numbers that items bear: never reordered */
}
/* Of a manifest, beside its entries. */
export interface ListHead { keys: Key[]; salt: string; event: string; regions: Region[]; expires?: number }

/* What is to be shown. */
export interface Shown {
	answer: Answer;
	mark: bigint | null;
	ticketClass: number;
	elsewhere: Key | null;
	item: Item;
	text: string; /* what was scanned, to ask again with an override */
}
export type ScanResult =
	| { kind: "answer"; shown: Shown }
	| { kind: "region" } /* of a spare: scan again with one */
	| { kind: "code"; code: number } /* a typed code that led nowhere */
	| { kind: "unready" } /* it has no list yet, and can't tell a ticket from anything else */
	| { kind: "busy" } | { kind: "full" } | { kind: "forbidden" } | { kind: "storage" };

export interface Asked { region?: number; override?: number; typed?: boolean; mark?: bigint }

export class Phone {
	head: ListHead = { keys: [], salt: "", event: "", regions: [] };
	leaving = false;
	lastSync = 0; /* wall clock, ms */
	refused = 0; /* the status with which the server last refused this device's token; 0: it didn't */
	onchange: () => void = () => {};
	onover: () => void = () => {}; /* the event has ended, and the server has everything */
	readonly names: Names;
	private broken = false; /* something could not be stored since it last could */

	private constructor(readonly core: Core, readonly storage: Storage, readonly network: Network, readonly pairing: Pairing,
		readonly epoch: bigint, public checkpoint: Checkpoint) {
		this.names = {
			session: (no) => pairing.sessions[no - 1] ?? "",
			region: (no) => this.head.regions.find((region) => region.no === no)?.code,
		};
	}

	static async open(module: DoorModule, storage: Storage, network: Network, pairing: Pairing): Promise<Phone> {
		const epoch = crypto.getRandomValues(new BigUint64Array(1))[0];
		const wanted = await storage.get<number>("checkpoint");
		const checkpoint = pairing.checkpoints.find(({ no }) => no === wanted) ?? pairing.checkpoints[0];
		network.token = pairing.token;
		const core = await Core.open(module, idOf(pairing.device), epoch, placeOf(pairing, checkpoint, 0));
		const phone = new Phone(core, storage, network, pairing, epoch, checkpoint);
		for (const stored of await storage.items())
			core.restore(stored.bytes);
		phone.lastSync = (await storage.get<number>("last_sync")) ?? 0;
		await phone.recallLists();
		for (let item = core.recover(); item !== null; item = core.recover()) {
			if (!(await phone.store([item])))
				break; /* it is still an intent in storage; the next start tries again */
		}
		return phone;
	}

	get supervisor() { return this.pairing.role === "supervisor"; }
	get session() { return this.checkpoint.session; }
	get sessionNo() { return this.pairing.sessions.indexOf(this.session.code) + 1; }
	get keyCreated() { return this.head.keys.find(({ event }) => event === this.head.event)?.created ?? 0; }
	/* By the server's clock, as far as it is known: this phone's own may be wrong by days. */
	get isOver() {
		const { skew, skewError } = this.network;
		return this.head.expires !== undefined && skewError < 3600000 && Date.now() + skew > this.head.expires * 1000;
	}
	get hasManifest() { return this.head.keys.length > 0; }

	/* ---- place ---- */
	replace() { return this.core.move(placeOf(this.pairing, this.checkpoint, this.keyCreated)); }

	async moveTo(no: number): Promise<boolean> {
		const checkpoint = this.pairing.checkpoints.find((each) => each.no === no);
		if (checkpoint === undefined || !this.core.move(placeOf(this.pairing, checkpoint, this.keyCreated)))
			return false;
		const moved = checkpoint.session.code !== this.checkpoint.session.code;
		this.checkpoint = checkpoint;
		await this.storage.set("checkpoint", no);
		if (moved)
			await this.recallLists();
		this.onchange();
		return true;
	}

	/* What an earlier start kept of this session's lists. */
	private async recallLists() {
		const lists = await this.storage.get<any>(`manifest ${this.session.code}`), known = await this.storage.get<any>(`known ${this.session.code}`);
		if (lists === undefined)
			return;
		this.head = lists.head;
		this.replace();
		const head = { history: idOf(lists.history), since: 0, issued: lists.issued, session: this.sessionNo, full: true };
		this.core.takeManifest({ ...head, question: this.core.status().question, version: lists.version }, lists.entries, []);
		if (known !== undefined && known.history === lists.history)
			this.core.takeKnown({ ...head, question: this.core.status().question, version: known.version }, known.known);
	}
	private get keptManifest() {
		const { history, issued, manifestVersion } = this.core.status();
		return { head: this.head, history: hexOf(history), issued, version: manifestVersion, entries: this.core.manifest() };
	}
	private get keptKnown() {
		const { history, knownVersion } = this.core.status();
		return { history: hexOf(history), version: knownVersion, known: this.core.known() };
	}
	/* Without the manifest the phone can decide nothing after its next start: it is written as strictly as scans. */
	async keepManifest() {
		await this.storage.set(`manifest ${this.session.code}`, this.keptManifest, "strict");
	}
	async keepKnown() {
		await this.storage.set(`known ${this.session.code}`, this.keptKnown);
	}
	/* All that is to be kept, when the browser has deleted it while the app was open. */
	snapshot(): Snapshot {
		const kept: Snapshot["kept"] = { pairing: this.pairing, checkpoint: this.checkpoint.no, last_sync: this.lastSync };
		if (this.hasManifest) {
			kept[`manifest ${this.session.code}`] = this.keptManifest;
			kept[`known ${this.session.code}`] = this.keptKnown;
		}
		return { kept, items: this.core.items().map((item) => this.stored(item)) };
	}

	/* ---- storing ---- */
	private stored(item: Item): Stored {
		return { epoch: hexOf(item.record.epoch), seq: Number(item.record.seq), bytes: item.bytes };
	}
	/* The answers of the items, once they are strictly durable; null when they can't be stored. */
	async store(items: Item[]): Promise<(Answer | null)[] | null> {
		try {
			await this.storage.saveItems(items.map((item) => this.stored(item)));
		} catch {
			for (const item of [...items].reverse())
				this.core.notStored(item);
			this.broken = true;
			this.onchange();
			return null;
		}
		const answers = items.map((item) => this.core.stored(item));
		this.onchange();
		return answers;
	}
	/* What could not be stored let nobody in: it is written as `interrupted` once storing works again. */
	async mend() {
		if (!this.broken)
			return;
		this.broken = false;
		for (let item = this.core.recover(); item !== null && !this.broken; item = this.core.recover())
			await this.store([item]);
	}

	/* ---- scanning ---- */
	async scan(text: string, asked: Asked = {}): Promise<ScanResult> {
		if (!this.hasManifest)
			return { kind: "unready" };
		let mark = asked.mark ?? 0n, signature = asked.mark === undefined ? Signature.NONE : Signature.HOLDS;
		let ticketClass = 0, ticketMinute = 0, elsewhere: Key | null = null;
		if (asked.typed) {
			const found = this.core.findCode(text, performance.now());
			if (found.code !== 0)
				return { kind: "code", code: found.code };
			mark = found.mark;
			signature = Signature.HOLDS;
		} else if (asked.mark === undefined) {
			const read = await readTicket(this.core, text, this.head.keys, this.head.event, this.head.salt, this.keyCreated);
			({ mark, signature, elsewhere } = read);
			ticketClass = read.ticket?.ticketClass ?? 0;
			ticketMinute = read.minute;
		}
		const scan: Scan = { clock: this.network.clock(), mark, ticketMinute, region: asked.region ?? 0, signature,
			ticketClass: signature === Signature.HOLDS ? ticketClass : 0, leaving: this.leaving, override: asked.override ?? 0,
			online: this.network.reachable && this.refused === 0, group: false };
		const { outcome, item } = this.core.scan(scan);
		if (outcome === Outcome.ASK_REGION)
			return { kind: "region" };
		if (item === null)
			return { kind: outcome === Outcome.BUSY ? "busy" : outcome === Outcome.FORBIDDEN ? "forbidden" : "full" };
		const settled = outcome === Outcome.ASK ? await this.askServer(item, scan) : item;
		const answers = settled === null ? null : await this.store([settled]);
		const answer = answers?.[0] ?? null;
		if (answer === null || settled === null)
			return { kind: "storage" };
		return { kind: "answer", shown: { answer, mark: signature === Signature.HOLDS ? mark : null, ticketClass, elsewhere, item: settled, text } };
	}

	/* The intent is written while the server is asked; the answer, or none in time, makes it rev 1. */
	private async askServer(intent: Item, scan: Scan): Promise<Item | null> {
		const seq = intent.record.seq, { question } = this.core.status();
		const waiting = this.core.batch(20).map((bytes) => ({ bytes, json: this.json(bytes) }));
		const asking = this.network.post("scan", { ...questionJson(this.core, intent.record, this.names, scan),
			...(waiting.length === 0 ? {} : { waiting: waiting.map(({ json }) => json) }) }, WAIT_MS).catch(() => null);
		const kept = await this.store([intent]);
		const reply = await asking;
		if (kept === null)
			return null;
		if (reply?.status !== 200)
			return this.core.alone(seq);
		if (reply.body.history !== undefined)
			this.acknowledge(waiting.map(({ bytes }) => bytes), reply.body, question);
		const place = this.pairing.checkpoints.find(({ name }) => name === reply.body.place);
		this.place = { seq, name: reply.body.place ?? null };
		return this.core.answered(seq, { firstAt: reply.body.first_at ?? 0, checkpoint: place?.no ?? 0,
			decision: this.core.decisionOf(reply.body.decision), hint: reply.body.hint ?? 0 });
	}
	/* Where the server said that the last one came in, which may be a checkpoint that this phone hasn't. */
	place: { seq: bigint; name: string | null } = { seq: 0n, name: null };

	json(bytes: Uint8Array) {
		return recordJson(this.core, readRecord(bytes), this.names);
	}

	/* What the server named durable or quarantined leaves the queue. */
	acknowledge(sent: Uint8Array[], body: any, question: number) {
		const ack = (quarantined: boolean) => (each: any) => ({ index: each.index, quarantined, noKey: each.device === undefined,
			device: idOf(each.device ?? "0"), epoch: idOf(each.epoch ?? "0"), seq: BigInt(each.seq ?? 0), rev: each.rev ?? 0 });
		const acks = [...(body.durable ?? []).map(ack(false)), ...(body.quarantined ?? []).map(ack(true))];
		this.core.acknowledge(sent, acks, idOf(body.history), body.version ?? 0, question);
	}
	async saveAcknowledged() {
		const items: Item[] = [];
		for (let item = this.core.nextUnsaved(); item !== null; item = this.core.nextUnsaved())
			items.push(item);
		if (items.length > 0)
			await this.storage.saveItems(items.map((item) => this.stored(item))).catch(() => {}); /* lost, they are only offered again */
	}

	/* ---- beside scanning ---- */
	async admitGroup(marks: bigint[]): Promise<{ admitted: number; refused: number } | null> {
		const items: Item[] = [];
		for (const mark of marks) {
			const { item } = this.core.scan({ clock: this.network.clock(), mark, ticketMinute: 0, region: 0, signature: Signature.HOLDS,
				ticketClass: 0, leaving: false, override: 0, online: false, group: true });
			if (item === null)
				break; /* full, or a scan is under way: the rest is still missing, and offered again */
			items.push(item);
		}
		const answers = items.length === 0 ? [] : await this.store(items);
		if (answers === null)
			return null;
		const admitted = answers.filter((answer) => answer !== null && answer.shown === 0).length;
		return { admitted, refused: items.length - admitted };
	}
	lastCount: LogRecord | null = null;
	async count(region: number, delegation: number, n: number): Promise<boolean> {
		const { item } = this.core.count(this.network.clock(), region, delegation, n);
		if (item === null || (await this.store([item])) === null)
			return false;
		this.lastCount = item.record;
		return true;
	}
	/* A supervisor takes the last tap back. */
	async uncount(): Promise<boolean> {
		const { lastCount } = this;
		if (lastCount === null)
			return false;
		const { device, epoch, seq } = lastCount;
		const { item } = this.core.void({ clock: this.network.clock(), device, epoch, seq, mark: null, reason: Reason.OTHER });
		if (item === null || (await this.store([item])) === null)
			return false;
		this.lastCount = null;
		return true;
	}

	/* How many records it took back, here and by the server's word; null when that could not be stored. @everywhere: the
	 * server was asked what other phones have recorded. */
	async undo(mark: bigint, reason: number): Promise<{ voided: number; everywhere: boolean } | null> {
		const items: Item[] = [], clock = this.network.clock();
		for (let next = this.core.undo(clock, mark, reason); next.item !== null; next = this.core.undo(clock, mark, reason))
			items.push(next.item);
		if (items.length > 0 && (await this.store(items)) === null)
			return null;
		const named = await this.askVoids(mark);
		const others = (named ?? []).map(({ device, epoch, seq }) =>
			this.core.void({ clock, device: idOf(device), epoch: idOf(epoch), seq: BigInt(seq), mark, reason }).item).filter((item) => item !== null);
		if (others.length > 0 && (await this.store(others)) === null)
			return null;
		return { voided: items.length + others.length, everywhere: named !== null };
	}
	/* What an undo must still name; the phone's own records ride along. null: no answer. */
	private async askVoids(mark: bigint): Promise<{ device: string; epoch: string; seq: number }[] | null> {
		if (!this.network.reachable || this.refused !== 0)
			return null;
		const { question } = this.core.status(), sent = this.core.batch(BATCH_MAX);
		const reply = await this.network.post("void", { session: this.session.code, mark: hexOf(mark), records: sent.map((bytes) => this.json(bytes)) }, 5000)
			.catch(() => null);
		if (reply?.status !== 200)
			return null;
		this.acknowledge(sent, reply.body, question);
		await this.saveAcknowledged();
		return reply.body.voids;
	}

	/* What waits, or all there is, for a file. */
	async file(): Promise<{ name: string; text: string; records: number }> {
		const all = (await this.storage.items()).filter(({ bytes }) => bytes[136] !== State.INTENT);
		const records = all.map(({ bytes }) => this.json(bytes));
		return { name: `turnout-scans-${this.pairing.device.slice(0, 6)}-${this.pairing.event.slug}.json`, records: records.length,
			text: JSON.stringify({ event: this.pairing.event.slug, device: this.pairing.device, records }, null, 1) };
	}
}

export function placeOf(pairing: Pairing, checkpoint: Checkpoint, keyCreated: number) {
	return { keyCreated, session: pairing.sessions.indexOf(checkpoint.session.code) + 1, checkpoint: checkpoint.no,
		supervisor: pairing.role === "supervisor", listed: checkpoint.session.door === "listed", once: checkpoint.session.reentry === "once" };
}

export function pairingOf(reply: Reply): Pairing {
	const { device, token, role, event, checkpoints } = reply.body;
	const sessions = [...new Set<string>((checkpoints as Checkpoint[]).map(({ session }) => session.code))];
	return { device, token, role, event, checkpoints, sessions };
}
