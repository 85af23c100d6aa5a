/* +1 and +10 for people without a ticket, by region or by group. */
import { App } from "./app.ts";
import { add, el } from "./dom.ts";
import { back } from "./more.ts";

interface Group { no: number; name: string }

export function tallyScreen(app: App) {
	const phone = app.phone!;
	app.show("tally", () => {
		const sum = el("output", { className: "sum" }, String(phone.core.tally())), note = el("p", { role: "status", className: "fault" });
		const undo = phone.supervisor && el("button", { type: "button", className: "quiet", disabled: phone.lastCount === null,
			onclick: () => void after(phone.uncount()) }, app.say("door_tally_undo"));
		const after = async (saving: Promise<boolean>) => {
			note.textContent = (await saving) ? "" : app.say("door_not_saved");
			sum.textContent = String(phone.core.tally());
			if (undo)
				undo.disabled = phone.lastCount === null;
			app.sync!.soon(300);
		};
		const row = (name: string, region: number, delegation: number) => el("div", { className: "row member" }, el("span", {}, name),
			...[1, 10].map((n) => el("button", { type: "button", "data-region": region, "data-delegation": delegation, "data-add": n,
				"aria-label": `+${n} ${name}`, onclick: () => void after(phone.count(region, delegation, n)) }, `+${n}`)));
		const groups = el("div", {}), groupsNote = el("p", { role: "status" });
		const ask = el("button", { type: "button", className: "wide quiet", "data-groups": true, onclick: async () => {
			ask.disabled = true;
			/* names of groups stay in this screen alone */
			const reply = await app.network.get("delegations", 5000).catch(() => null);
			ask.disabled = false;
			if (reply?.status !== 200) {
				groupsNote.textContent = app.say("door_tally_groups_offline");
				return;
			}
			const list: Group[] = reply.body.delegations;
			groupsNote.textContent = list.length === 0 ? app.say("door_tally_groups_none") : "";
			groups.replaceChildren();
			add(groups, list.map(({ no, name }) => row(name, 0, no)));
			ask.hidden = list.length > 0;
		} }, app.say("door_tally_groups_show"));
		return [
			el("h1", { tabIndex: -1 }, app.say("door_tally_title")), el("p", {}, app.say("door_tally_how")),
			el("p", { className: "lead sum-line" }, app.say("door_tally_here"), " ", sum), undo, note,
			el("h2", {}, app.say("door_tally_regions")),
			...phone.head.regions.map(({ no, name }) => row(app.texts.of(name), no, 0)), row(app.say("door_tally_none"), 0, 0),
			el("h2", {}, app.say("door_tally_groups")), ask, groupsNote, groups, back(app),
		];
	});
}
