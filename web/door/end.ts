/* The end of a shift: uploads, then wipes, then says so. With scans that the server hasn't, it wipes nothing. */
import { App } from "./app.ts";
import { el } from "./dom.ts";
import { back, handOut } from "./more.ts";

export async function wipe(app: App, told: "door_ended" | "door_ended_over" | "door_ended_file") {
	app.sync!.stop();
	app.phone = null;
	app.network.token = "";
	app.camera.stop();
	await app.storage.wipe();
	localStorage.removeItem("paired");
	app.show("ended", () => [el("h1", { tabIndex: -1 }, app.say("door_ended_title")), el("p", {}, app.say(told))]);
}

/* Whether everything is with the server: a phone that it doesn't accept any more gets no lists, but its scans are taken. */
async function allUploaded(app: App): Promise<boolean> {
	const { sync } = app, phone = app.phone!;
	await sync!.once();
	return sync!.uploaded && phone.core.status().waiting === 0;
}

export function endScreen(app: App) {
	app.show("end", () => {
		const note = el("p", { role: "alert", className: "fault" }), said = el("p", { role: "status", className: "state" });
		/* last resort, and only with the file in staff's hands */
		const remove = el("button", { type: "button", className: "wide quiet", hidden: true, "data-remove": true,
			onclick: () => void wipe(app, "door_ended_file") }, app.say("door_end_remove"));
		const file = el("button", { type: "button", className: "wide quiet", hidden: true, onclick: async () => {
			said.replaceChildren(await handOut(app), el("br"), app.say("door_end_remove_how"));
			remove.hidden = false;
		} }, app.say("door_file_title"));
		const button = el("button", { type: "button", className: "wide", onclick: async () => {
			button.disabled = true;
			note.textContent = "";
			said.textContent = app.say("door_end_working");
			const all = await allUploaded(app), { phone } = app;
			if (phone === null)
				return; /* the event is over, and it has wiped itself */
			if (all)
				return wipe(app, "door_ended");
			said.textContent = "";
			note.textContent = app.texts.count("door_end_waiting", phone.core.status().waiting);
			file.hidden = false;
			button.disabled = false;
		} }, app.say("door_end_button"));
		return [el("h1", { tabIndex: -1 }, app.say("door_end_title")), el("p", {}, app.say("door_end_how")), note, button, file, said, remove, back(app)];
	});
}
