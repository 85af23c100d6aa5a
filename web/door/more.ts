/* What is not scanning: counting, the file, the self-test, another checkpoint, the end of the shift. */
import { App } from "./app.ts";
import { el } from "./dom.ts";
import { languages } from "./pair.ts";
import { placeScreen } from "./place.ts";
import { testScreen } from "./selftest.ts";

export const back = (app: App) => el("button", { type: "button", className: "wide quiet", onclick: () => app.scan() }, app.say("door_back"));

export function moreScreen(app: App) {
	const phone = app.phone!;
	app.show("more", () => {
		const entry = (key: string, onclick: () => void) => el("button", { type: "button", className: "wide quiet", onclick, "data-entry": key }, app.say(key));
		return [
			el("h1", { tabIndex: -1 }, app.say("door_more")),
			entry("door_tally_title", () => tallyScreen(app)),
			phone.pairing.checkpoints.length > 1 && entry("door_place_title", () => placeScreen(app)),
			entry("door_test_title", () => testScreen(app)),
			entry("door_file_title", () => fileScreen(app)),
			entry("door_end_title", () => endScreen(app)),
			languages(app), back(app),
		];
	});
}

/* +1 and +10 for people without a ticket, by region. */
function tallyScreen(app: App) {
	const phone = app.phone!;
	app.show("tally", () => {
		const sum = el("output", { className: "sum" }, String(phone.core.tally())), note = el("p", { role: "status" });
		const add = async (region: number, n: number) => {
			const saved = await phone.count(region, n);
			sum.textContent = String(phone.core.tally());
			note.textContent = saved ? "" : app.say("door_not_saved");
			app.sync!.soon(300);
		};
		const row = (name: string, region: number) => el("div", { className: "row member" }, el("span", {}, name),
			...[1, 10].map((n) => el("button", { type: "button", "data-region": region, "data-add": n,
				"aria-label": `+${n} ${name}`, onclick: () => void add(region, n) }, `+${n}`)));
		return [
			el("h1", { tabIndex: -1 }, app.say("door_tally_title")), el("p", {}, app.say("door_tally_how")),
			el("p", { className: "lead" }, app.say("door_tally_sum"), " ", sum), note,
			...phone.head.regions.map(({ no, name }) => row(app.texts.of(name), no)), row(app.say("door_tally_none"), 0), back(app),
		];
	});
}

async function handOut(app: App): Promise<string> {
	const { name, text, records } = await app.phone!.file();
	const file = new File([text], name, { type: "application/json" });
	/* in an installed app of an iPhone a download leads nowhere: there it is shared */
	if (navigator.canShare?.({ files: [file] })) {
		const shared = await navigator.share({ files: [file] }).then(() => true, () => false);
		if (shared)
			return app.texts.count("door_file_done", records);
	}
	const url = URL.createObjectURL(file), link = el("a", { href: url, download: name });
	link.click();
	setTimeout(() => URL.revokeObjectURL(url), 60000);
	return app.texts.count("door_file_done", records);
}

function fileScreen(app: App) {
	app.show("file", () => {
		const note = el("p", { role: "status", className: "state" });
		return [
			el("h1", { tabIndex: -1 }, app.say("door_file_title")), el("p", {}, app.say("door_file_how")), note,
			el("button", { type: "button", className: "wide", onclick: async () => { note.textContent = await handOut(app); } }, app.say("door_file_button")),
			back(app),
		];
	});
}

/* Uploads, then wipes, then says so; with scans that the server hasn't, it wipes nothing. */
async function endShift(app: App): Promise<string | null> {
	const phone = app.phone!, went = await app.sync!.once(), { waiting } = phone.core.status();
	if (!went || waiting > 0)
		return app.texts.count("door_end_waiting", waiting);
	app.sync!.stop();
	await app.storage.wipe();
	app.phone = null;
	app.network.token = "";
	app.camera.stop();
	app.show("ended", () => [el("h1", { tabIndex: -1 }, app.say("door_ended_title")), el("p", {}, app.say("door_ended"))]);
	return null;
}

function endScreen(app: App) {
	app.show("end", () => {
		const note = el("p", { role: "alert", className: "fault" });
		const button = el("button", { type: "button", className: "wide", onclick: async () => {
			button.disabled = true;
			note.textContent = app.say("door_end_working");
			note.textContent = (await endShift(app)) ?? "";
			button.disabled = false;
		} }, app.say("door_end_button"));
		return [el("h1", { tabIndex: -1 }, app.say("door_end_title")), el("p", {}, app.say("door_end_how")), note, button, back(app)];
	});
}
