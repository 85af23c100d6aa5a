/*
 * The scanning app: starts what there is, and shows one screen at a time under a line that says what is
 * saved. Each screen is a function that builds its elements.
 */
import { Camera } from "./camera.ts";
import { DoorModule, loadDoor } from "./core.ts";
import { add, el } from "./dom.ts";
import { wipe } from "./end.ts";
import { Network } from "./network.ts";
import { Pairing, Phone } from "./phone.ts";
import { pairScreen } from "./pair.ts";
import { placeScreen } from "./place.ts";
import { ScanScreen } from "./scan.ts";
import { Sound } from "./sound.ts";
import { Storage } from "./storage.ts";
import { Sync } from "./sync.ts";
import { Texts } from "./texts.ts";

export class App {
	readonly main = document.querySelector("main")!;
	readonly sound = new Sound();
	readonly network = new Network();
	readonly camera: Camera;
	phone: Phone | null = null;
	sync: Sync | null = null;
	scanning: ScanScreen | null = null;
	persistent: boolean | null = null;
	tested = false; /* the self-test was made on this phone */
	private line = document.querySelector<HTMLElement>("#saved")!;
	private redraw: () => void = () => {};

	constructor(readonly texts: Texts, readonly storage: Storage, readonly module: DoorModule) {
		const { scanner, zxing } = this.main.dataset;
		this.camera = new Camera(scanner!, zxing!);
		this.network.onchange = () => this.tellSaved();
		texts.onchange = () => {
			this.redraw();
			this.tellSaved();
		};
		setInterval(() => this.tellSaved(), 10000);
		addEventListener("hashchange", () => this.phone ?? pairScreen(this));
		/* any tap may be the one that lets it sound */
		for (const touched of ["pointerdown", "keydown"])
			addEventListener(touched, () => this.sound.on || void this.sound.enable());
		storage.onwiped = () => this.phone?.snapshot() ?? null;
	}
	say = (key: string, blanks: Record<string, string | number> = {}) => this.texts.say(key, blanks);

	/* @name is for whoever looks from outside: tests, and styles. */
	show(name: string, build: () => (Node | string | null | false)[]) {
		this.scanning?.leave();
		this.scanning = null;
		this.redraw = () => this.show(name, build);
		document.body.dataset.screen = name;
		this.main.replaceChildren();
		add(this.main, build());
		this.main.querySelector<HTMLElement>("h1")?.focus();
		window.scrollTo(0, 0);
		this.tellSaved();
	}

	async take(pairing: Pairing) {
		this.phone = await Phone.open(this.module, this.storage, this.network, pairing);
		this.phone.onchange = () => this.tellSaved();
		this.phone.onover = () => void wipe(this, "door_ended_over");
		localStorage.setItem("paired", "yes"); /* outlives the storage, in some browsers: so a wiped one is noticed */
		this.tested = (await this.storage.get("tested")) !== undefined;
		this.sync = new Sync(this.phone);
		this.sync.start();
		this.persistent = (await navigator.storage?.persist?.().catch(() => false)) ?? null;
		if (pairing.checkpoints.length > 1 && (await this.storage.get("checkpoint")) === undefined)
			placeScreen(this);
		else
			this.scan();
	}
	scan(after: (() => void) | null = null): ScanScreen {
		const screen = new ScanScreen(this, this.phone!);
		this.show("scan", () => screen.build());
		this.scanning = screen;
		screen.enter(after);
		return screen;
	}
	/* A ticket that was not scanned: somebody found by name, or a ticket just made. Then it goes on with @after. */
	scanThis({ text = "", mark }: { text?: string; mark?: bigint }, after: () => void) {
		void this.scan(after).read(text, "hand", { mark });
	}

	/* "Saved on this phone, N waiting, last sync 2 min ago": always in sight. */
	tellSaved() {
		const { phone } = this;
		this.line.hidden = phone === null;
		if (phone === null)
			return;
		const { waiting, quarantined, tickets } = phone.core.status(), minutes = Math.floor((Date.now() - phone.lastSync) / 60000);
		const ago = phone.lastSync === 0 ? this.say("door_sync_never")
			: minutes < 1 ? this.say("door_sync_now") : this.texts.count("door_sync_ago", minutes);
		const parts = [this.say("door_saved"), this.texts.count("door_waiting", waiting), ago];
		if (quarantined > 0)
			parts.push(this.texts.count("door_set_aside", quarantined));
		if (phone.refused !== 0)
			parts.push(this.say("door_refused"));
		else if (!phone.hasManifest)
			parts.push(this.say("door_no_list"));
		const text = parts.join(" · ");
		if (this.line.textContent !== text)
			this.line.textContent = text; /* else it would be read out again */
		Object.assign(this.line.dataset, { waiting: String(waiting), synced: String(phone.lastSync),
			online: String(this.network.reachable), tickets: String(tickets) });
		this.line.classList.toggle("off", !this.network.reachable || phone.refused !== 0);
		this.scanning?.changed();
	}
}

function trouble(title: string, ...lines: string[]) {
	document.body.dataset.screen = "trouble";
	document.querySelector("main")!.replaceChildren(el("h1", {}, title), ...lines.map((line) => el("p", {}, line)));
}

/* One window of the app on a phone: two would both think that they own the log. */
function onlyOne(): Promise<boolean> {
	if (navigator.locks === undefined)
		return Promise.resolve(true);
	return new Promise((resolve) => {
		void navigator.locks.request("turnout-door", { ifAvailable: true }, (lock) => {
			resolve(lock !== null);
			return lock === null ? undefined : new Promise(() => {}); /* held while the page lives */
		});
	});
}

async function start() {
	const main = document.querySelector("main")!, { texts: textsUrl, wasm } = main.dataset;
	const texts = new Texts(await (await fetch(textsUrl!)).json());
	navigator.serviceWorker?.register("/door/sw.js", { scope: "/door/", updateViaCache: "none" })
		.catch(() => {}); /* it works without, as long as there is a network; the self-test says so */
	for (let tries = 0; !(await onlyOne()); tries++) {
		if (tries === 5)
			return trouble(texts.say("door_twice_title"), texts.say("door_twice"));
		await new Promise((resolve) => setTimeout(resolve, 200)); /* the page before this one is leaving */
	}
	let storage: Storage, module: DoorModule;
	try {
		storage = await Storage.open();
	} catch {
		return trouble(texts.say("door_trouble_title"), texts.say("door_no_storage"));
	}
	try {
		module = await loadDoor(wasm!);
	} catch {
		return trouble(texts.say("door_trouble_title"), texts.say("door_no_wasm"));
	}
	const app = new App(texts, storage, module), pairing = await storage.get<Pairing>("pairing");
	if (pairing === undefined)
		pairScreen(app);
	else
		await app.take(pairing);
}

void start();
