/*
 * The supervisor's room: a person found by name or code, checked in, undone, given another ticket. Names come
 * from the server for this screen alone; nothing of them is kept on the phone.
 */
import { App } from "./app.ts";
import { choiceView, needs } from "./answer.ts";
import { Reason } from "./core.ts";
import { add, apart, el } from "./dom.ts";
import { back } from "./more.ts";
import { Overlay } from "./overlay.ts";
import { idOf } from "./tickets.ts";
import { ticketScreen, walkinScreen } from "./walkin.ts";

export interface Found { mark: string; code: string; name: string | null; delegation: string | null; region: string | null; state: string; in: boolean }

const MAX = 50, PATIENCE_MS = 8000;
const states: Record<string, string> = { not_booked: "door_state_not_booked", booked: "door_state_booked", waitlisted: "door_state_waitlisted",
	cancelled: "door_state_cancelled", revoked: "door_state_revoked", absent: "door_state_absent" };

export const undoReasons: [key: string, reason: number][] = [["door_reason_double", Reason.DOUBLE], ["door_reason_wrong", Reason.WRONG_PERSON],
	["door_reason_another", Reason.OTHER]];

export function reasonsView(app: App, choices: [key: string, reason: number][], close: () => void, chosen: (reason: number) => void) {
	return choiceView(app.say("door_reason_title"), app.say("door_cancel"), close, choices.map(([key, value]) => ({ text: app.say(key), value })), chosen);
}

/* What an undo has come to, as a text's key. */
export async function undo(app: App, mark: bigint, reason: number): Promise<string> {
	const result = await app.phone!.undo(mark, reason);
	app.sync!.soon();
	if (result === null)
		return "door_not_saved";
	if (result.voided > 0)
		return result.everywhere ? "door_undone" : "door_undone_here";
	return result.everywhere ? "door_undo_nobody" : "door_undo_nothing";
}

async function ask(app: App, query: string): Promise<Found[] | null> {
	const session = encodeURIComponent(app.phone!.session.code);
	const reply = await app.network.get(`search?session=${session}&q=${encodeURIComponent(query)}`, PATIENCE_MS).catch(() => null);
	return reply?.status === 200 ? reply.body.people : null;
}

/* What tells two of one name apart, and where they stand. */
export function facts(app: App, person: Found): string {
	const phone = app.phone!, region = phone.head.regions.find(({ code }) => code === person.region);
	const shown = person.in ? "door_is_in" : phone.session.door === "listed" || ["cancelled", "revoked"].includes(person.state) ? states[person.state] : "door_is_out";
	return [person.delegation ?? app.say("door_no_group"), region === undefined ? null : app.texts.of(region.name), app.say(shown)].filter((part) => part !== null).map(apart).join(" · ");
}

/* A form that finds people, and what is to be done with the one who is tapped. */
export function finder(app: App, query: string, chosen: (person: Found, query: string) => void) {
	const input = el("input", { id: "find", name: "find", type: "search", dir: "auto", autocomplete: "off", spellcheck: false, enterkeyhint: "search", value: query });
	const note = el("p", { role: "status", className: "state" }), list = el("ul", { className: "found" });
	const search = async (event?: Event) => {
		event?.preventDefault();
		const text = input.value.trim();
		list.replaceChildren();
		note.textContent = "";
		if (text === "")
			return;
		note.textContent = app.say("door_find_working");
		const people = await ask(app, text);
		if (input.value.trim() !== text)
			return;
		list.replaceChildren();
		note.textContent = people === null ? app.say("door_find_offline") : people.length === 0 ? app.say("door_find_none")
			: people.length >= MAX ? app.say("door_find_full", { count: MAX }) : app.texts.count("door_find_found", people.length);
		add(list, (people ?? []).map((person) => el("li", {}, el("button", { type: "button", className: `wide quiet${person.in ? " in" : ""}`,
			"data-mark": person.mark, onclick: () => chosen(person, text) }, el("b", {}, el("bdi", {}, person.name ?? app.say("door_no_name"))),
		el("span", {}, facts(app, person))))));
	};
	const form = el("form", { onsubmit: search }, el("label", { htmlFor: "find" }, app.say("door_find_label")),
		el("div", { className: "row" }, input, el("button", { type: "submit" }, app.say("door_find_button"))));
	if (query !== "")
		void search();
	return { parts: [form, note, list], input };
}

export function findScreen(app: App, query = "") {
	let input: HTMLInputElement | undefined;
	app.show("find", () => {
		const found = finder(app, query, (person, text) => personScreen(app, person, text));
		({ input } = found);
		return [el("h1", { tabIndex: -1 }, app.say("door_find_title")), ...found.parts,
			el("button", { type: "button", className: "wide quiet", "data-entry": "door_walkin_title", onclick: () => walkinScreen(app) }, app.say("door_walkin_title")), back(app)];
	});
	input?.focus();
}

function personScreen(app: App, person: Found, query: string, told = "") {
	const mark = idOf(person.mark), again = () => findScreen(app, query);
	app.show("person", () => {
		const overlay = new Overlay(app.main), note = el("p", { role: "status", className: "state" }, told);
		const button = (key: string, className: string, onclick: () => void) => el("button", { type: "button", className, "data-do": key, onclick }, app.say(key));
		const undone = (reason: number) => {
			overlay.close();
			void undo(app, mark, reason).then((key) => {
				const out = key === "door_undone" || key === "door_undo_nobody";
				personScreen(app, { ...person, in: person.in && !out }, query, app.say(key));
			});
		};
		/* the lost ticket is worth nothing from then on: asked twice */
		const reissue = button("door_reissue", "wide quiet", () => overlay.show(choiceView(app.say("door_reissue_sure"), app.say("door_cancel"),
			() => overlay.close(), [{ text: app.say("door_reissue_yes"), value: 1 }], async () => {
				overlay.close();
				reissue.disabled = true;
				const reply = await app.network.post("reissue", { mark: person.mark }, PATIENCE_MS).catch(() => null);
				if (reply?.status === 200)
					return ticketScreen(app, reply.body, again);
				reissue.disabled = false;
				note.textContent = app.say("door_reissue_not");
			})));
		const needed = button("door_needs", "wide quiet", async () => {
			needed.disabled = true;
			const reply = await app.network.get(`person?mark=${person.mark}`, PATIENCE_MS).catch(() => null);
			const flags = reply?.status === 200 ? needs(app, reply.body.flags) : null;
			needed.replaceWith(el("p", { className: "needs" }, flags === null ? app.say("door_name_offline") : flags.join(" · ") || app.say("door_needs_none")));
		});
		return [
			el("h1", { tabIndex: -1 }, el("bdi", {}, person.name ?? app.say("door_no_name"))),
			el("p", { className: "lead" }, facts(app, person)),
			el("p", {}, `${app.say("door_code")} `, el("b", { className: "code", dir: "ltr" }, person.code)), note,
			button(person.in ? "door_check_in_again" : "door_check_in", person.in ? "wide quiet" : "wide", () => app.scanThis({ mark }, again)),
			person.in && button("door_undo_in", "wide quiet", () => overlay.show(reasonsView(app, undoReasons, () => overlay.close(), undone))),
			reissue, needed,
			el("button", { type: "button", className: "wide quiet", onclick: again }, app.say("door_find_back")),
		];
	});
}
