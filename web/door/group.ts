/* The group pass: a captain's ticket offers the delegation; one tap admits who is here. Works offline. */
import { App } from "./app.ts";
import { Member } from "./core.ts";
import { el } from "./dom.ts";
import { Phone } from "./phone.ts";
import { hexOf } from "./tickets.ts";

const BOOKED = 1; /* DoorEntry */

export function groupCount(app: App, phone: Phone, delegation: number): string {
	const members = phone.core.group(delegation), here = members.filter((member) => member.in).length;
	return app.say("door_group_count", { here, missing: members.length - here });
}

/* Names come one by one from the server, when somebody taps for them. */
function nameOf(app: App, mark: bigint, label: HTMLElement) {
	return el("button", { type: "button", className: "quiet small", onclick: async ({ currentTarget }: Event) => {
		const button = currentTarget as HTMLButtonElement;
		button.disabled = true;
		const reply = await app.network.get(`person?mark=${hexOf(mark)}`, 4000).catch(() => null);
		button.remove();
		label.append(" · ", el("bdi", {}, reply === null ? app.say("door_name_offline") : reply.body?.name || app.say("door_name_none")));
	} }, app.say("door_name"));
}

export function groupScreen(app: App, delegation: number, done = "") {
	const phone = app.phone!;
	const missing = phone.core.group(delegation).filter((member) => !member.in).sort((one, other) => one.holder - other.holder);
	const listed = (member: Member) => phone.session.door !== "listed" || member.entry === BOOKED;
	app.show("group", () => {
		/* who was switched off before is not here: each is then tapped by name, not all again */
		const chosen = new Set(done === "" ? missing.filter(listed).map(({ mark }) => mark) : []);
		const fault = el("p", { role: "alert", className: "fault" });
		const button = el("button", { type: "button", className: "wide", "data-admit": true, onclick: async () => {
			button.disabled = true;
			const result = await phone.admitGroup(missing.map(({ mark }) => mark).filter((mark) => chosen.has(mark)));
			app.sync!.soon();
			app.sound.play(result === null ? "red" : result.refused > 0 ? "amber" : "green");
			if (result === null) {
				fault.textContent = app.say("door_not_saved");
				button.disabled = false;
				return;
			}
			const told = [app.texts.count("door_group_done", result.admitted)];
			if (result.refused > 0)
				told.push(app.texts.count("door_group_refused", result.refused));
			groupScreen(app, delegation, told.join(" "));
		} });
		const count = () => {
			button.textContent = app.texts.count("door_group_admit", chosen.size);
			button.disabled = chosen.size === 0;
		};
		count();
		const row = (member: Member) => {
			const { mark, holder } = member;
			const box = el("input", { type: "checkbox", checked: chosen.has(mark), onchange: () => {
				if (box.checked)
					chosen.add(mark);
				else
					chosen.delete(mark);
				count();
			} });
			const label = el("span", {}, app.say("door_group_person", { no: holder }));
			if (!listed(member))
				label.append(` · ${app.say("door_word_not_booked")}`);
			return el("div", { className: "row member", "data-holder": holder }, el("label", {}, box, label), nameOf(app, mark, label));
		};
		const without = el("output", {}), extra = async (n: number) => {
			fault.textContent = (await phone.count(0, delegation, n)) ? "" : app.say("door_not_saved");
			without.textContent = app.texts.count("door_tally_sum", phone.core.tally());
			app.sync!.soon(300);
		};
		return [
			el("h1", { tabIndex: -1 }, app.say("door_group_title")),
			el("p", { className: "lead", "data-group": true }, groupCount(app, phone, delegation)),
			done !== "" && el("p", { role: "status", className: "state" }, done), fault,
			missing.length > 0 && el("p", {}, app.say("door_group_how")),
			...missing.map(row),
			missing.length > 0 && button,
			el("button", { type: "button", className: "wide quiet", onclick: () => app.scan() }, app.say("door_back")),
			el("h2", {}, app.say("door_tally_title")),
			el("div", { className: "row" }, ...[1, 10].map((n) => el("button", { type: "button", className: "quiet", "data-add": n,
				onclick: () => void extra(n) }, `+${n}`)), without),
		];
	});
}
