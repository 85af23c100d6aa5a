/* Which checkpoint this phone scans at. */
import { App } from "./app.ts";
import { el } from "./dom.ts";

export function placeScreen(app: App) {
	const phone = app.phone!;
	app.show("place", () => [
		el("h1", { tabIndex: -1 }, app.say("door_place_title")),
		el("p", {}, app.say("door_place_how")),
		...phone.pairing.checkpoints.map((checkpoint) => el("button", { type: "button", className: "wide quiet", "data-checkpoint": checkpoint.no,
			onclick: async () => {
				if (await phone.moveTo(checkpoint.no)) {
					app.sync!.soon();
					app.scan();
				}
			} }, el("b", {}, checkpoint.name), el("span", {}, app.texts.of(checkpoint.session.titles) || checkpoint.session.title))),
	]);
}
