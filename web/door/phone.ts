/*
 * The phone as a device: holds the core, the storage and the network together. It does what the core
 * says, in the order that checkin/device.h asks for, and never shows an answer that isn't stored.
 */
import { Answer, Core, Item, Outcome, readRecord, Scan, Signature, State, WAIT_MS } from "./core.ts";
import { Network, Reply } from "./network.ts";
import { Names, questionJson, recordJson, Region } from "./records.ts";
import { Storage, Stored } from "./storage.ts";
import { hexOf, idOf, Key, readTicket } from "./tickets.ts";

export interface Session { code: string; title: string; kind: string; door: string; reentry: string; starts: number; ends: number }
export interface Checkpoint { no: number; name: string; session: Session }
export interface Pairing {
	device: string; token: string; role: "scan" | "supervisor"; checkpoints: Checkpoint[];
	event: { slug: string; id: string; title: string; zone: string };
	sessions: string[]; /* their places + 1 are the numbers that items bear: never reordered */
}
/* Of a manifest, beside its entries. */
export interface ListHead { keys: Key[]; salt: string; event: string; regions: Region[] }

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
	readonly names: Names;

	private constructor(readonly core: Core, readonly storage: Storage, readonly network: Network, readonly pairing: Pairing,
		readonly epoch: bigint, public checkpoint: Checkpoint) {
		this.names = {
			session: (no) => pairing.sessions[no - 1] ?? "",
			region: (no) => this.head.regions.find((region) => region.no === no)?.code,
		};
	}

	static async open(module: WebAssembly.Module, storage: Storage, network: Network, pairing: Pairing): Promise<Phone> {
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
	/* Without the manifest the phone can decide nothing after its next start: it is written as strictly as scans. */
	async keepManifest() {
		const { history, issued, manifestVersion } = this.core.status();
		await this.storage.set(`manifest ${this.session.code}`, { head: this.head, history: hexOf(history), issued, version: manifestVersion,
			entries: this.core.manifest() }, "strict");
	}
	async keepKnown() {
		const { history, knownVersion } = this.core.status();
		await this.storage.set(`known ${this.session.code}`, { history: hexOf(history), version: knownVersion, known: this.core.known() });
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
			this.onchange();
			return null;
		}
		const answers = items.map((item) => this.core.stored(item));
		this.onchange();
		return answers;
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
	async admitGroup(marks: bigint[]): Promise<number | null> {
		const items: Item[] = [];
		for (const mark of marks) {
			const { item } = this.core.scan({ clock: this.network.clock(), mark, ticketMinute: 0, region: 0, signature: Signature.HOLDS,
				ticketClass: 0, leaving: false, override: 0, online: false, group: true });
			if (item === null)
				break;
			items.push(item);
		}
		const answers = items.length === 0 ? [] : await this.store(items);
		return answers === null ? null : answers.filter((answer) => answer !== null && answer.shown === 0).length;
	}
	async count(region: number, n: number): Promise<boolean> {
		const { item } = this.core.count(this.network.clock(), region, 0, n);
		return item !== null && (await this.store([item])) !== null;
	}
	/* How many records it took back; null when that could not be stored. */
	async undo(mark: bigint, reason: number, others: { device: string; epoch: string; seq: number }[] = []): Promise<number | null> {
		const items: Item[] = [], clock = this.network.clock();
		for (let next = this.core.undo(clock, mark, reason); next.item !== null; next = this.core.undo(clock, mark, reason))
			items.push(next.item);
		for (const other of others) {
			const next = this.core.void({ clock, device: idOf(other.device), epoch: idOf(other.epoch), seq: BigInt(other.seq), mark, reason });
			if (next.item !== null)
				items.push(next.item);
		}
		return items.length === 0 ? 0 : (await this.store(items)) === null ? null : items.length;
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
