/*
 * Who stands here without a ticket: registered in half a minute, with or without a name; the ticket on this
 * phone's screen; and the person of a spare ticket.
 */
import { App } from "./app.ts";
import { el } from "./dom.ts";
import { finder, findScreen } from "./find.ts";
import { back } from "./more.ts";
import { hexOf } from "./tickets.ts";

export interface Made { mark: string; code: string; ticket: string; svg: string }

const PATIENCE_MS = 8000;

/* 6 bytes of time and 10 random ones (interface.md): pressing twice registers once. */
function submissionId(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	new DataView(bytes.buffer).setUint32(2, Date.now() % 2 ** 32);
	new DataView(bytes.buffer).setUint16(0, Math.floor(Date.now() / 2 ** 32));
	return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/* Name, region and language; the region that was chosen last is offered again, since a bus comes from one. */
let lastRegion = "";
function personForm(app: App, key: string, send: (said: Record<string, string>) => Promise<string | null>) {
	const { regions } = app.phone!.head, fault = el("p", { role: "alert", className: "fault" });
	const name = el("input", { id: "name", name: "name", dir: "auto", autocomplete: "off", maxLength: 200 });
	const region = el("select", { id: "region", name: "region" }, el("option", { value: "" }, app.say("door_walkin_unsaid")),
		...regions.filter(({ code }) => code !== "unsaid").map((each) => el("option", { value: each.code }, app.texts.of(each.name))));
	const lang = el("select", { id: "lang", name: "lang" }, ...app.texts.languages.map((each) =>
		el("option", { value: each.code, lang: each.code, dir: each.dir, selected: each.current }, each.name)));
	region.value = regions.some(({ code }) => code === lastRegion) ? lastRegion : "";
	const button = el("button", { type: "submit", className: "wide" }, app.say(key));
	const submit = async (event: Event) => {
		event.preventDefault();
		button.disabled = true;
		fault.textContent = "";
		lastRegion = region.value;
		const said: Record<string, string> = { lang: lang.value };
		if (name.value.trim() !== "")
			said.name = name.value.trim();
		if (region.value !== "")
			said.region = region.value;
		const trouble = await send(said);
		fault.textContent = trouble ?? "";
		button.disabled = false;
	};
	return el("form", { onsubmit: submit }, fault,
		el("label", { htmlFor: "name" }, app.say("door_walkin_name")), name,
		el("label", { htmlFor: "region" }, app.say("door_walkin_region")), region,
		el("label", { htmlFor: "lang" }, app.say("door_walkin_lang")), lang, button);
}

function refusal(app: App, status: number | undefined): string {
	return app.say(status === undefined || status >= 500 ? "door_walkin_offline" : status === 409 ? "door_walkin_full" : status === 403 || status === 401
		? "door_refused_how" : "door_walkin_failed");
}

export function walkinScreen(app: App) {
	const submission = submissionId();
	let content = "", id = submission;
	app.show("walkin", () => [
		el("h1", { tabIndex: -1 }, app.say("door_walkin_title")), el("p", {}, app.say("door_walkin_how")),
		personForm(app, "door_walkin_button", async (said) => {
			/* another name after a lost answer is another person */
			const now = JSON.stringify(said);
			if (content !== "" && content !== now)
				id = submissionId();
			content = now;
			const reply = await app.network.post("walkin", { submission: id, session: app.phone!.session.code, ...said }, PATIENCE_MS).catch(() => null);
			if (reply === null || ![200, 201].includes(reply.status))
				return refusal(app, reply?.status);
			const made: Made = reply.body;
			app.scanThis({ text: made.ticket }, () => ticketScreen(app, made, () => app.scan()));
			return null;
		}), back(app),
	]);
}

/* The ticket, big enough to be photographed from here. */
export function ticketScreen(app: App, made: Made, done: () => void) {
	app.show("ticket", () => [
		el("h1", { tabIndex: -1 }, app.say("door_ticket_title")), el("p", {}, app.say("door_ticket_how")),
		el("img", { className: "ticket", alt: app.say("door_ticket_alt"), src: `data:image/svg+xml,${encodeURIComponent(made.svg)}` }),
		el("p", { className: "lead" }, `${app.say("door_code")} `, el("b", { className: "code", dir: "ltr" }, made.code)),
		el("button", { type: "button", className: "wide", onclick: done }, app.say("door_ticket_done")),
	]);
}

/* A spare ticket gets its person: a new one, or one who is registered already. */
export function attachScreen(app: App, mark: bigint) {
	const attach = async (said: Record<string, string>): Promise<string | null> => {
		const reply = await app.network.post("attach", { mark: hexOf(mark), ...said }, PATIENCE_MS).catch(() => null);
		if (reply?.status !== 200)
			return reply?.status === 409 ? app.say("door_attach_not") : refusal(app, reply?.status);
		app.sync!.soon();
		app.show("attached", () => [el("h1", { tabIndex: -1 }, app.say("door_attached")), back(app),
			el("button", { type: "button", className: "wide quiet", onclick: () => findScreen(app) }, app.say("door_find_title"))]);
		return null;
	};
	app.show("attach", () => {
		const fault = el("p", { role: "alert", className: "fault" });
		const found = finder(app, "", (person) => void attach({ into: person.mark }).then((trouble) => { fault.textContent = trouble ?? ""; }));
		return [
			el("h1", { tabIndex: -1 }, app.say("door_attach_title")), el("p", {}, app.say("door_attach_how")),
			personForm(app, "door_attach_button", attach),
			el("h2", {}, app.say("door_attach_known")), fault, ...found.parts, back(app),
		];
	});
}
