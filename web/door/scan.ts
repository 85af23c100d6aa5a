/* The screen at the door: what the camera sees, what a scanner types, what a hand types. */
import { Answer, Code, Decision, Reason, TicketClass } from "./core.ts";
import { App } from "./app.ts";
import { answerView, choiceView } from "./answer.ts";
import { add, el } from "./dom.ts";
import { groupScreen } from "./group.ts";
import { moreScreen } from "./more.ts";
import { Asked, Phone, Shown } from "./phone.ts";

const WEDGE_GAP_MS = 1000; /* between two keys of a scanner that types, on a slow phone too */
const CODE_LIKE = /^[\s-]*(?:[0-9a-z][\s-]*){10}$/i;
const STAYS_MS: Record<number, number> = { [Decision.ADMIT]: 1800, [Decision.AGAIN]: 2500, [Decision.LEAVE]: 1800 };

export class ScanScreen {
	private overlay: HTMLElement | null = null;
	private closing = 0;
	private typed = "";
	private typedAt = -Infinity;
	private busy = false;
	private next: { text: string; asked: Asked } | null = null;
	private tools = el("div", { className: "row tools" });
	private note = el("p", { className: "note", role: "status" });
	private finder = el("div", { className: "finder" });
	private lock: any = null;

	constructor(private app: App, private phone: Phone) {}

	build() {
		const { app, phone } = this;
		const code = el("input", { id: "ticket", name: "ticket", autocomplete: "off", autocapitalize: "characters", spellcheck: false,
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
			el("h1", { tabIndex: -1, className: "place" }, phone.checkpoint.name, el("small", {}, phone.session.title)),
			this.finder, this.note, this.tools,
			el("form", { onsubmit: submit, className: "typed-form" },
				el("label", { htmlFor: "ticket" }, app.say("door_typed_label")),
				el("div", { className: "row" }, code, el("button", { type: "submit" }, app.say("door_typed_button"))),
				el("small", { id: "typed-how" }, app.say("door_typed_how"))),
		];
	}

	enter() {
		document.addEventListener("keydown", this.onkey);
		document.addEventListener("visibilitychange", this.onvisible);
		this.app.camera.onread = (text) => void this.read(text, "camera");
		this.app.camera.onchange = () => this.changed();
		this.app.camera.resume();
		void this.app.camera.start();
		void this.stayAwake();
		this.changed();
	}
	leave() {
		document.removeEventListener("keydown", this.onkey);
		document.removeEventListener("visibilitychange", this.onvisible);
		this.close();
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

	/* What the buttons say follows camera, sound and leaving. */
	changed() {
		const { app, phone } = this, { camera, sound } = app;
		const troubles = { refused: "door_camera_refused", none: "door_camera_none", busy: "door_camera_busy", wasm: "door_camera_wasm" };
		this.finder.hidden = camera.trouble !== null;
		this.note.textContent = camera.trouble !== null ? app.say(troubles[camera.trouble]) : sound.on ? "" : app.say("door_sound_tap");
		this.note.dataset.camera = camera.trouble ?? (camera.running ? "on" : "off");
		this.note.classList.toggle("notice", camera.trouble !== null);
		document.body.classList.toggle("leaving", phone.leaving);
		const button = (key: string, onclick: () => void, pressed?: boolean) =>
			el("button", { type: "button", className: "quiet", onclick, "aria-pressed": pressed === undefined ? undefined : String(pressed) }, app.say(key));
		this.tools.replaceChildren();
		add(this.tools, [
			camera.hasTorch && button("door_torch", () => void camera.torch(!camera.torchOn), camera.torchOn),
			camera.lenses.length > 1 && button("door_lens", () => void camera.nextLens()),
			camera.trouble !== null && button("door_camera_again", () => void camera.start()),
			!sound.on && button("door_sound_on", async () => { await sound.enable(); sound.play("green"); this.changed(); }),
			button("door_leaving", () => { phone.leaving = !phone.leaving; this.changed(); }, phone.leaving),
			button("door_more", () => moreScreen(app)),
		]);
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
			this.close();
		}
	};

	async read(text: string, from: "camera" | "hand" = "hand", asked: Asked = {}) {
		if (this.busy) {
			if (from === "hand")
				this.next = { text, asked }; /* a scanner is faster than a slow disk: the last one is kept */
			return;
		}
		this.busy = true;
		this.close();
		this.app.camera.paused = true;
		try {
			const typed = from === "hand" && asked.mark === undefined && CODE_LIKE.test(text);
			await this.decide(text, { ...asked, typed });
		} finally {
			this.busy = false;
			const { next } = this;
			this.next = null;
			if (next !== null)
				void this.read(next.text, "hand", next.asked);
		}
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
			el("p", { className: "word" }, this.app.say(key)), el("button", { type: "button", onclick: () => this.close() }, this.app.say("door_next"))));
	}
	private regions(chosen: (region: number) => void) {
		const { app, phone } = this;
		return choiceView(app.say("door_region_title"), app.say("door_cancel"), () => this.close(),
			phone.head.regions.map(({ no, name }) => ({ text: app.texts.of(name), value: no })), chosen);
	}

	private answer(shown: Shown) {
		const { app, phone } = this, { answer } = shown;
		app.sound.play(soundOf(answer));
		const close = () => this.close();
		const actions: HTMLElement[] = [];
		const action = (key: string, onclick: () => void) => actions.push(el("button", { type: "button", onclick }, app.say(key)));
		if (phone.supervisor && answer.decision === Decision.NOT_BOOKED)
			action("door_admit_anyway", () => this.open(this.reasons([["door_reason_supervisor", Reason.SUPERVISOR], ["door_reason_another", Reason.OTHER]],
				(override) => void this.read(shown.text, "hand", { override, mark: shown.text === "" ? shown.mark! : undefined }))));
		if (phone.supervisor && shown.mark !== null && [Decision.ADMIT, Decision.AGAIN, Decision.USED, Decision.PROVISIONAL, Decision.OVERRIDE].includes(answer.decision))
			action("door_undo", () => this.open(this.reasons([["door_reason_double", Reason.DOUBLE], ["door_reason_wrong", Reason.WRONG_PERSON],
				["door_reason_another", Reason.OTHER]], (reason) => void this.undo(shown.mark!, reason))));
		if (answer.delegation !== 0 && shown.ticketClass === TicketClass.CAPTAIN)
			action("door_group", () => groupScreen(app, answer.delegation));
		this.open(answerView(app, phone, shown, actions, close));
		const stays = STAYS_MS[answer.decision];
		if (stays !== undefined && actions.length === 0 && answer.hint === 0)
			this.closing = window.setTimeout(close, stays);
	}
	private reasons(choices: [key: string, reason: number][], chosen: (reason: number) => void) {
		const { app } = this;
		return choiceView(app.say("door_reason_title"), app.say("door_cancel"), () => this.close(),
			choices.map(([key, value]) => ({ text: app.say(key), value })), chosen);
	}
	private async undo(mark: bigint, reason: number) {
		const undone = await this.phone.undo(mark, reason);
		this.app.sync!.soon();
		this.tell(undone === null ? "door_not_saved" : undone === 0 ? "door_undo_nothing" : "door_undone");
	}

	private open(overlay: HTMLElement) {
		this.close();
		this.app.camera.paused = true;
		this.overlay = overlay;
		document.body.append(overlay);
		overlay.querySelector<HTMLElement>("button")?.focus({ preventScroll: true });
	}
	private close() {
		clearTimeout(this.closing);
		if (this.overlay === null)
			return;
		this.overlay.remove();
		this.overlay = null;
		this.app.camera.resume();
	}
}

function soundOf(answer: Answer): string {
	return answer.decision === Decision.AGAIN ? "again" : ["green", "amber", "red", "blue"][answer.shown];
}
