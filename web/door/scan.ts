/* The screen at the door: what the camera sees, what a scanner types, what a hand types. */
import { Answer, Code, Decision, Reason, TicketClass } from "./core.ts";
import { App } from "./app.ts";
import { answerView, choiceView } from "./answer.ts";
import { add, el } from "./dom.ts";
import { findScreen, reasonsView, undo, undoReasons } from "./find.ts";
import { groupCount, groupScreen } from "./group.ts";
import { moreScreen } from "./more.ts";
import { Overlay } from "./overlay.ts";
import { Asked, Phone, Shown } from "./phone.ts";
import { testScreen } from "./selftest.ts";
import { attachScreen } from "./walkin.ts";

const WEDGE_GAP_MS = 1000; /* between two keys of a scanner that types, on a slow phone too */
const TELL_WAIT_MS = 150; /* from then on it says that it is asking */
const CODE_LIKE = /^[\s-]*(?:[0-9a-z][\s-]*){10}$/i;
const HINTS = 15; /* the bits of a hint that ask for something; the others are a language */
const CAN_UNDO: number[] = [Decision.ADMIT, Decision.AGAIN, Decision.USED, Decision.PROVISIONAL, Decision.OVERRIDE];
const STAYS_MS: Record<number, number> = { [Decision.ADMIT]: 1800, [Decision.AGAIN]: 2500, [Decision.LEAVE]: 1800 };

export class ScanScreen {
	private overlay: Overlay;
	private after: (() => void) | null = null; /* where to go on when the answer is closed; null: here */
	private drawn = "";
	private lastRegion = 0;
	private typed = "";
	private typedAt = -Infinity;
	private busy = false;
	private next: { text: string; asked: Asked } | null = null;
	private tools = el("div", { className: "row tools" });
	private note = el("p", { className: "note", role: "status" });
	private refused = el("p", { className: "notice", role: "alert", hidden: true });
	private finder = el("div", { className: "finder" });
	private lock: any = null;
	private left = false;

	constructor(private app: App, private phone: Phone) {
		this.overlay = new Overlay(app.main, () => {
			const { after } = this;
			this.after = null;
			if (after !== null)
				after();
			else if (!this.left)
				this.watch();
		});
	}

	build() {
		const { app, phone } = this;
		const code = el("input", { id: "ticket", name: "ticket", dir: "ltr", autocomplete: "off", autocapitalize: "characters", spellcheck: false,
			enterkeyhint: "go", "aria-describedby": "typed-how" });
		const submit = (event: Event) => {
			event.preventDefault();
			const text = code.value;
			code.value = "";
			if (text.trim() !== "")
				void this.read(text);
		};
		this.finder.append(app.camera.video);
		return [
			el("h1", { tabIndex: -1, className: "place" }, phone.checkpoint.name, el("small", {}, app.texts.of(phone.session.titles) || phone.session.title)),
			this.refused, this.finder, this.note, this.tools,
			el("form", { onsubmit: submit, className: "typed-form" },
				el("label", { htmlFor: "ticket" }, app.say("door_typed_label")),
				el("div", { className: "row" }, code, el("button", { type: "submit" }, app.say("door_typed_button"))),
				el("small", { id: "typed-how" }, app.say("door_typed_how"))),
		];
	}

	/* @after: an answer comes at once, and then it goes on elsewhere. */
	enter(after: (() => void) | null = null) {
		this.after = after;
		document.addEventListener("keydown", this.onkey);
		document.addEventListener("visibilitychange", this.onvisible);
		this.app.camera.onread = (text) => void this.read(text, "camera");
		this.app.camera.onchange = () => this.changed();
		if (after === null)
			this.watch();
		void this.stayAwake();
		this.changed();
	}
	private watch() {
		this.app.camera.resume();
		if (!this.app.camera.running)
			void this.app.camera.start();
	}
	leave() {
		document.removeEventListener("keydown", this.onkey);
		document.removeEventListener("visibilitychange", this.onvisible);
		this.left = true;
		this.after = null;
		this.overlay.close();
		this.app.camera.stop();
		void this.lock?.release?.();
	}
	private onvisible = () => {
		if (document.hidden)
			return;
		void this.stayAwake();
		if (!this.app.camera.running)
			void this.app.camera.start();
	};
	private async stayAwake() {
		this.lock = await (navigator as any).wakeLock?.request("screen").catch(() => null);
	}

	/* What is said and offered follows camera, sound and leaving; what is the same stays, and the focus with it. */
	changed() {
		const { app, phone } = this, { camera, sound } = app;
		const troubles = { refused: "door_camera_refused", none: "door_camera_none", busy: "door_camera_busy", wasm: "door_camera_wasm" };
		const state = JSON.stringify([camera.trouble, camera.running, camera.hasTorch, camera.torchOn, camera.lenses.length, sound.on, phone.leaving,
			phone.refused, app.tested, this.asking]);
		if (state === this.drawn)
			return;
		this.drawn = state;
		this.refused.hidden = phone.refused === 0;
		this.refused.textContent = phone.refused === 0 ? "" : app.say("door_refused_how");
		this.finder.hidden = camera.trouble !== null;
		this.note.textContent = this.asking ? app.say("door_asking") : camera.trouble !== null ? app.say(troubles[camera.trouble])
			: sound.on ? "" : app.say("door_sound_tap");
		this.note.dataset.camera = camera.trouble ?? (camera.running ? "on" : "off");
		this.note.classList.toggle("notice", camera.trouble !== null && !this.asking);
		document.body.classList.toggle("leaving", phone.leaving);
		this.drawTools();
	}
	private drawTools() {
		const { app, phone } = this, { camera, sound } = app, focused = (document.activeElement as HTMLElement | null)?.dataset.tool;
		const button = (key: string, onclick: () => void, pressed?: boolean) =>
			el("button", { type: "button", className: "quiet", onclick, "data-tool": key, "aria-pressed": pressed === undefined ? undefined : String(pressed) }, app.say(key));
		this.tools.replaceChildren();
		add(this.tools, [
			camera.hasTorch && button("door_torch", () => void camera.torch(!camera.torchOn), camera.torchOn),
			camera.lenses.length > 1 && button("door_lens", () => void camera.nextLens()),
			camera.trouble !== null && button("door_camera_again", () => void camera.start()),
			!sound.on && button("door_sound_on", async () => { await sound.enable(); sound.play("green"); this.changed(); }),
			phone.supervisor && button("door_find_title", () => findScreen(app)),
			!app.tested && button("door_test_title", () => testScreen(app)),
			button("door_leaving", () => { phone.leaving = !phone.leaving; this.changed(); }, phone.leaving),
			button("door_more", () => moreScreen(app)),
		]);
		if (focused !== undefined)
			this.tools.querySelector<HTMLElement>(`[data-tool=${focused}]`)?.focus({ preventScroll: true });
	}

	/* A scanner that types as a keyboard ends with Enter; what a hand types goes into the field. */
	private onkey = (event: KeyboardEvent) => {
		if (event.ctrlKey || event.altKey || event.metaKey || (event.target as Element).closest("input, textarea, select"))
			return;
		if (event.timeStamp - this.typedAt > WEDGE_GAP_MS)
			this.typed = "";
		this.typedAt = event.timeStamp;
		if (event.key.length === 1) {
			this.typed += event.key;
		} else if (event.key === "Enter" && this.typed.length >= 8) {
			event.preventDefault();
			void this.read(this.typed);
			this.typed = "";
		} else if (event.key === "Escape") {
			this.overlay.close();
		}
	};

	async read(text: string, from: "camera" | "hand" = "hand", asked: Asked = {}) {
		if (this.busy) {
			if (from === "hand")
				this.next = { text, asked }; /* a scanner is faster than a slow disk: the last one is kept */
			return;
		}
		this.busy = true;
		this.quit();
		this.app.camera.paused = true;
		const slow = setTimeout(() => this.tellAsking(true), TELL_WAIT_MS);
		try {
			const typed = from === "hand" && asked.mark === undefined && CODE_LIKE.test(text);
			await this.decide(text, { ...asked, typed });
		} finally {
			clearTimeout(slow);
			this.tellAsking(false);
			this.busy = false;
			const { next } = this;
			this.next = null;
			if (next !== null)
				void this.read(next.text, "hand", next.asked);
		}
	}
	private asking = false;
	private tellAsking(asking: boolean) {
		if (this.asking === asking)
			return;
		this.asking = asking;
		this.changed();
	}

	private async decide(text: string, asked: Asked) {
		const { app, phone } = this, result = await phone.scan(text, asked);
		switch (result.kind) {
		case "answer":
			this.answer(result.shown);
			app.sync!.soon(300);
			return;
		case "region":
			return this.open(this.regions((region) => void this.read(text, "hand", { ...asked, region })));
		case "code": {
			const key = { [Code.NONE]: "door_code_none", [Code.UNKNOWN]: "door_code_unknown", [Code.TOO_OFTEN]: "door_code_often" }[result.code]!;
			app.sound.play("red");
			return this.tell(key);
		}
		default:
			app.sound.play("red");
			return this.tell({ unready: "door_no_list", busy: "door_busy", full: "door_full", forbidden: "door_forbidden", storage: "door_not_saved" }[result.kind]);
		}
	}
	/* No answer about a ticket, and no colour of one. */
	private tell(key: string) {
		this.open(el("section", { className: "answer plain", role: "alertdialog", "aria-label": this.app.say("door_trouble_title"), "data-told": key },
			el("p", { className: "word" }, this.app.say(key)), el("button", { type: "button", onclick: this.close }, this.app.say("door_next"))));
	}
	/* The last one first: a bus comes from one region. */
	private regions(chosen: (region: number) => void) {
		const { app, phone } = this, { regions } = phone.head;
		const sorted = [...regions.filter(({ no }) => no === this.lastRegion), ...regions.filter(({ no }) => no !== this.lastRegion)];
		return choiceView(app.say("door_region_title"), app.say("door_cancel"), this.close,
			sorted.map(({ no, name }) => ({ text: app.texts.of(name), value: no })), (region) => {
				this.lastRegion = region;
				chosen(region);
			});
	}

	private answer(shown: Shown) {
		const { app, phone } = this, { answer, mark } = shown;
		app.sound.play(soundOf(answer));
		const actions: HTMLElement[] = [];
		const action = (text: string, onclick: () => void) => actions.push(el("button", { type: "button", onclick }, text));
		if (phone.supervisor && answer.decision === Decision.NOT_BOOKED)
			action(app.say("door_admit_anyway"), () => this.open(reasonsView(app, [["door_reason_supervisor", Reason.SUPERVISOR], ["door_reason_another", Reason.OTHER]],
				this.close, (override) => this.keep(() => void this.read(shown.text, "hand", { override, mark: shown.text === "" ? mark! : undefined })))));
		if (answer.delegation !== 0 && shown.ticketClass === TicketClass.CAPTAIN)
			action(`${app.say("door_group")}: ${groupCount(app, phone, answer.delegation)}`, () => groupScreen(app, answer.delegation));
		if (phone.supervisor && mark !== null && shown.ticketClass === TicketClass.SPARE && answer.shown === 0)
			action(app.say("door_attach_action"), () => attachScreen(app, mark));
		const decides = actions.length > 0; /* something is to be chosen: the answer stays */
		if (phone.supervisor && mark !== null && !answer.practice && CAN_UNDO.includes(answer.decision))
			action(app.say("door_undo"), () => this.open(reasonsView(app, undoReasons, this.close, (reason) => this.keep(() => void this.undo(mark, reason)))));
		const stays = STAYS_MS[answer.decision], hinted = (answer.hint & HINTS) !== 0;
		this.open(answerView(app, phone, shown, actions, this.close), stays === undefined || decides || hinted ? undefined
			: phone.supervisor ? 2 * stays : stays);
	}
	private async undo(mark: bigint, reason: number) {
		this.app.camera.paused = true;
		this.tell(await undo(this.app, mark, reason));
	}

	private open(view: HTMLElement, staysMs?: number) {
		if (this.left)
			return;
		this.app.camera.paused = true;
		this.overlay.show(view, staysMs);
	}
	private close = () => this.overlay.close();
	/* Closes what is open to go on here, with the same place to go to afterwards. */
	private keep(then: () => void) {
		this.quit();
		then();
	}
	private quit() {
		const { after } = this;
		this.after = null;
		this.overlay.close();
		this.after = after;
	}
}

function soundOf(answer: Answer): string {
	return answer.decision === Decision.AGAIN ? "again" : ["green", "amber", "red", "blue"][answer.shown];
}
