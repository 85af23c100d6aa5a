/* What is not scanning: counting, the file, the self-test, another checkpoint. */
import { App } from "./app.ts";
import { el } from "./dom.ts";
import { endScreen } from "./end.ts";
import { findScreen } from "./find.ts";
import { languages } from "./pair.ts";
import { placeScreen } from "./place.ts";
import { testScreen } from "./selftest.ts";
import { tallyScreen } from "./tally.ts";
import { walkinScreen } from "./walkin.ts";

export const back = (app: App) => el("button", { type: "button", className: "wide quiet", onclick: () => app.scan() }, app.say("door_back"));

export function moreScreen(app: App) {
	const phone = app.phone!;
	app.show("more", () => {
		const entry = (key: string, onclick: () => void) => el("button", { type: "button", className: "wide quiet", onclick, "data-entry": key }, app.say(key));
		return [
			el("h1", { tabIndex: -1 }, app.say("door_more")),
			phone.supervisor && entry("door_find_title", () => findScreen(app)),
			phone.supervisor && entry("door_walkin_title", () => walkinScreen(app)),
			entry("door_tally_title", () => tallyScreen(app)),
			phone.pairing.checkpoints.length > 1 && entry("door_place_title", () => placeScreen(app)),
			entry("door_test_title", () => testScreen(app)),
			entry("door_file_title", () => fileScreen(app)),
			entry("door_end_title", () => endScreen(app)),
			languages(app), back(app),
		];
	});
}

export async function handOut(app: App): Promise<string> {
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
