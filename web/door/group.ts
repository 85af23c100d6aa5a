/* The group pass: a captain's ticket offers the delegation; one tap admits who is here. Works offline. */
import { App } from "./app.ts";
import { el } from "./dom.ts";
import { hexOf } from "./tickets.ts";

/* Names come one by one from the server, when somebody taps for them. */
function nameOf(app: App, mark: bigint, label: HTMLElement) {
	return el("button", { type: "button", className: "quiet small", onclick: async ({ currentTarget }: Event) => {
		const button = currentTarget as HTMLButtonElement;
		button.disabled = true;
		const reply = await app.network.get(`person?mark=${hexOf(mark)}`, 4000).catch(() => null);
		button.remove();
		label.append(` · ${reply?.status === 200 && reply.body.name ? reply.body.name : app.say("door_name_offline")}`);
	} }, app.say("door_name"));
}

export function groupScreen(app: App, delegation: number) {
	const phone = app.phone!, members = phone.core.group(delegation), missing = members.filter((member) => !member.in);
	app.show("group", () => {
		const chosen = new Set(missing.map(({ mark }) => mark));
		const button = el("button", { type: "button", className: "wide", onclick: async () => {
			button.disabled = true;
			const admitted = await phone.admitGroup(missing.map(({ mark }) => mark).filter((mark) => chosen.has(mark)));
			app.sync!.soon();
			app.sound.play(admitted === null ? "red" : "green");
			done.textContent = admitted === null ? app.say("door_not_saved") : app.texts.count("door_group_done", admitted);
		} });
		const done = el("p", { role: "status", className: "state" });
		const count = () => {
			button.textContent = app.texts.count("door_group_admit", chosen.size);
			button.disabled = chosen.size === 0;
		};
		count();
		return [
			el("h1", { tabIndex: -1 }, app.say("door_group_title")),
			el("p", { className: "lead" }, app.say("door_group_count", { here: members.length - missing.length, missing: missing.length })),
			...missing.map(({ mark, holder }) => {
				const box = el("input", { type: "checkbox", checked: true, onchange: () => {
					if (box.checked)
						chosen.add(mark);
					else
						chosen.delete(mark);
					count();
				} });
				const label = el("span", {}, app.say("door_group_person", { no: holder }));
				return el("div", { className: "row member" }, el("label", {}, box, label), nameOf(app, mark, label));
			}),
			done, button, el("button", { type: "button", className: "wide quiet", onclick: () => app.scan() }, app.say("door_back")),
		];
	});
}
