/* The self-test before doors open: each part says whether it works, and what to do when it doesn't. */
import { App } from "./app.ts";
import { drawing, el } from "./dom.ts";
import { back } from "./more.ts";
import { practiceTickets } from "./practice.ts";

type Check = [key: string, run: (app: App) => Promise<string | null>]; /* null: well; else what to do */

const CLOCK_OFF_MS = 2 * 60000;

const checks: Check[] = [
	["door_test_installed", async (app) => {
		const registration = await navigator.serviceWorker?.getRegistration("/door/");
		return registration?.active ? null : app.say("door_test_installed_no");
	}],
	["door_test_storage", async (app) => {
		const began = performance.now();
		await app.storage.set("self-test", Date.now(), "strict");
		const took = performance.now() - began;
		if (took > 1000)
			return app.say("door_test_storage_slow");
		return app.persistent ? null : app.say("door_test_storage_kept");
	}],
	["door_test_sync", async (app) => ((await app.sync!.once()) ? null : app.say("door_test_sync_no"))],
	["door_test_list", async (app) => (app.phone!.core.status().tickets > 0 ? null : app.say("door_no_list"))],
	["door_test_clock", async (app) => {
		const { skew, skewError } = app.network;
		return Math.abs(skew) < CLOCK_OFF_MS + skewError && skewError < CLOCK_OFF_MS ? null : app.say("door_test_clock_no");
	}],
	["door_test_camera", async (app) => {
		const works = await app.camera.start();
		app.camera.stop();
		return works ? null : app.say("door_test_camera_no");
	}],
	["door_test_sound", async (app) => {
		await app.sound.enable();
		app.sound.play("green");
		return app.sound.on ? null : app.say("door_sound_tap");
	}],
];

export function testScreen(app: App) {
	app.show("test", () => {
		const list = el("ul", { className: "checks" });
		const run = async () => {
			list.replaceChildren();
			for (const [key, check] of checks) {
				const line = el("li", { "data-check": key }, el("b", {}, app.say(key)), " ", el("span", {}, "…"));
				list.append(line);
				const fault = await check(app).catch((error) => String(error));
				line.dataset.well = String(fault === null);
				line.querySelector("span")!.textContent = fault ?? app.say("door_test_well");
				line.prepend(drawing(fault === null ? "M4 13l5 5L20 6" : "M12 5v9M12 18v1"));
			}
			app.tested = true;
			await app.storage.set("tested", Date.now());
		};
		return [
			el("h1", { tabIndex: -1 }, app.say("door_test_title")), el("p", {}, app.say("door_test_how")),
			el("button", { type: "button", className: "wide", onclick: () => void run() }, app.say("door_test_run")), list,
			el("p", {}, app.say("door_silent_switch")),
			el("h2", {}, app.say("door_practice_title")), el("p", {}, app.say("door_practice_how")), practiceTickets(app), back(app),
		];
	});
}
