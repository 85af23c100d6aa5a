/*
 * Keeping in step with the server: upload what waits, take what changed, every few seconds. Nothing here
 * is waited for by a scan.
 */
import { BATCH_MAX, Take } from "./core.ts";
import { Reply } from "./network.ts";
import { Phone } from "./phone.ts";
import { fromBase64, hexOf, idOf } from "./tickets.ts";

const EVERY_MS = 4000, AFTER_FAILURE_MS = 8000;

export class Sync {
	private timer = 0;
	private running: Promise<boolean> | null = null;
	private batchMax = BATCH_MAX;
	private stopped = false;
	uploaded = false; /* the last round's upload went through, whatever came after it */

	constructor(private phone: Phone) {}

	start() {
		addEventListener("online", () => this.soon());
		document.addEventListener("visibilitychange", () => document.hidden || this.soon());
		this.soon();
	}
	stop() {
		this.stopped = true;
		clearTimeout(this.timer);
	}
	soon(ms = 0) {
		clearTimeout(this.timer);
		if (!this.stopped)
			this.timer = window.setTimeout(async () => this.soon((await this.once()) ? EVERY_MS : AFTER_FAILURE_MS), ms);
	}

	/* TRUE when all of it went through. One at a time. */
	once(): Promise<boolean> {
		this.running ??= this.round().catch(() => false).finally(() => {
			this.running = null;
			this.phone.onchange();
		});
		return this.running;
	}
	private async round(): Promise<boolean> {
		const { phone } = this;
		await phone.mend();
		this.uploaded = false;
		if (!(await this.upload()))
			return false;
		this.uploaded = true;
		if (phone.isOver && phone.core.status().waiting === 0)
			return phone.onover(), true;
		/* known needs the manifest of the same history: a second time when it asks for one */
		for (let again = 0; again < 3; again++) {
			if (!(await this.takeManifest()))
				return false;
			const take = await this.takeKnown();
			if (take === Take.TAKEN || take === Take.STALE) {
				phone.lastSync = Date.now();
				await phone.storage.set("last_sync", phone.lastSync);
				return true;
			}
			if (take === null)
				return false;
		}
		return false;
	}

	/* 401: never issued; 403: revoked or at its end. Everything stays on the phone, and the screen says so. */
	private judge(reply: Reply): boolean {
		const { phone } = this;
		if (reply.status === 401 || reply.status === 403)
			phone.refused = reply.status;
		else if (reply.status < 400)
			phone.refused = 0;
		return reply.status < 400;
	}

	private async upload(): Promise<boolean> {
		const { phone } = this;
		for (;;) {
			const { question } = phone.core.status(), sent = phone.core.batch(this.batchMax);
			const reply = await phone.network.post("scans", { records: sent.map((bytes) => phone.json(bytes)) });
			if (reply.status === 413 && sent.length > 1) {
				this.batchMax = Math.ceil(sent.length / 2);
				continue;
			}
			if (reply.status !== 202)
				return this.judge(reply) && false;
			phone.acknowledge(sent, reply.body, question);
			await phone.saveAcknowledged();
			phone.onchange();
			if (sent.length === 0 || phone.core.status().waiting === 0)
				return true;
			if (reply.body.durable.length + reply.body.quarantined.length === 0)
				return false;
		}
	}

	private query(version: number, history: bigint) {
		const session = encodeURIComponent(this.phone.session.code);
		return `session=${session}&since=${version}&history=${hexOf(history)}`;
	}
	/* A place that was left while the server was asked is not what the answer is about. */
	private async askList(name: "manifest" | "known", version: number) {
		const { phone } = this, { history, question } = phone.core.status(), session = phone.sessionNo;
		const reply = await phone.network.get(`${name}?${this.query(version, history)}`);
		return { reply, question, session, since: version };
	}

	private async takeManifest(whole = false): Promise<boolean> {
		const { phone } = this, status = phone.core.status();
		const { reply, question, session, since } = await this.askList("manifest", whole ? 0 : status.manifestVersion);
		if (reply.status === 304)
			return true;
		if (!this.judge(reply) || session !== phone.sessionNo)
			return false;
		const body = reply.body;
		phone.head = { keys: body.keys, salt: body.salt, event: body.event, regions: body.regions ?? phone.head.regions,
			expires: body.expires };
		phone.replace();
		const take = phone.core.takeManifest({ history: idOf(body.history), version: body.version, since: body.full ? 0 : body.since ?? since,
			issued: body.issued, question, session, full: body.full }, fromBase64(body.entries), body.gone.map((mark: string) => idOf(mark)));
		if (take === Take.WANT_FULL && !whole)
			return this.takeManifest(true);
		if (take === Take.TAKEN)
			await phone.keepManifest();
		return take === Take.TAKEN || take === Take.STALE;
	}

	/* Nothing new counts as taken; null: no answer that can be used. */
	private async takeKnown(): Promise<number | null> {
		const { phone } = this, status = phone.core.status();
		const { reply, question, session, since } = await this.askList("known", status.knownVersion);
		if (reply.status === 304)
			return Take.TAKEN;
		if (!this.judge(reply) || session !== phone.sessionNo)
			return null;
		const body = reply.body;
		const known = body.known.map((each: any) => ({ holder: each.holder, minute: each.minute, checkpoint: each.checkpoint,
			in: each.in === null ? 2 : Number(each.in) }));
		const take = phone.core.takeKnown({ history: idOf(body.history), version: body.version, since: body.full ? 0 : body.since ?? since,
			issued: 0, question, session, full: body.full }, known);
		if (take === Take.TAKEN)
			await phone.keepKnown();
		return take;
	}
}
