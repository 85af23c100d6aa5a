/*
 * Practice tickets, one for each answer, before doors open. They are decided by the same code as any ticket, in
 * a memory of their own that is thrown away; the answer comes after a strict write, as always. Nothing of it is in the log.
 */
import { answerView, wordOf } from "./answer.ts";
import { App } from "./app.ts";
import { Core, Decision, Place, Reason, Scan, shownNames, Signature, TicketClass } from "./core.ts";
import { el } from "./dom.ts";
import { Overlay } from "./overlay.ts";
import { Phone, Shown } from "./phone.ts";

const MARK = 0x7075726163746963n, HOLDER = 1, CAME_BEFORE_MIN = 90;
/* decided as an attendee's would be: a ticket of class practice is never in, so it never comes again */
const ATTENDEE = 0;
const BOOKED = 1, WAITLISTED = 2, REVOKED = 4;

interface Lesson { decision: number; entry: number | null; place?: Partial<Place>; in?: boolean; scan?: Partial<Scan>; supervisor?: boolean }

const lessons: Lesson[] = [
	{ decision: Decision.ADMIT, entry: BOOKED },
	{ decision: Decision.AGAIN, entry: BOOKED, in: true },
	{ decision: Decision.USED, entry: BOOKED, in: true, place: { once: true } },
	{ decision: Decision.PROVISIONAL, entry: null },
	{ decision: Decision.NOT_BOOKED, entry: WAITLISTED, place: { listed: true } },
	{ decision: Decision.OVERRIDE, entry: WAITLISTED, place: { listed: true }, scan: { override: Reason.SUPERVISOR }, supervisor: true },
	{ decision: Decision.REVOKED, entry: REVOKED },
	{ decision: Decision.SIGNATURE, entry: null, scan: { signature: Signature.NONE } },
	{ decision: Decision.ELSEWHERE, entry: null, scan: { signature: Signature.ELSEWHERE } },
	{ decision: Decision.LEAVE, entry: BOOKED, in: true, scan: { leaving: true } },
];

function listOf(entry: number | null): Uint8Array {
	if (entry === null)
		return new Uint8Array();
	const bytes = new Uint8Array(15);
	new DataView(bytes.buffer).setBigUint64(0, MARK);
	bytes[10] = HOLDER;
	bytes[13] = entry;
	return bytes;
}

async function decide(app: App, phone: Phone, lesson: Lesson): Promise<Shown | null> {
	const place: Place = { keyCreated: 0, session: 1, checkpoint: phone.checkpoint.no, supervisor: lesson.supervisor === true,
		listed: false, once: false, ...lesson.place };
	const core = await Core.open(app.module, 1n, 1n, place, { tickets: 4, holders: 4, records: 4 });
	const head = { history: 1n, version: 1, since: 0, issued: 0, question: core.status().question, session: 1, full: true };
	core.takeManifest(head, listOf(lesson.entry), []);
	core.takeKnown({ ...head, question: core.status().question }, lesson.in !== true ? [] : [{ holder: HOLDER,
		minute: Math.floor(Date.now() / 60000) - CAME_BEFORE_MIN, checkpoint: phone.checkpoint.no, in: 1 }]);
	const { item } = core.scan({ clock: app.network.clock(), mark: MARK, ticketMinute: 0, region: 0, signature: Signature.HOLDS,
		ticketClass: ATTENDEE, leaving: false, override: 0, online: false, group: false, ...lesson.scan });
	if (item === null)
		return null;
	await app.storage.set("practice", item.bytes, "strict");
	const answer = core.stored(item);
	if (answer === null)
		return null;
	const elsewhere = answer.decision !== Decision.ELSEWHERE ? null
		: { hint: 0, key: "", created: 0, event: "", title: { [app.texts.lang]: app.say("door_practice_event") } };
	return { answer: { ...answer, practice: true }, mark: null, ticketClass: TicketClass.PRACTICE, elsewhere, item, text: "" };
}

/* A button for each answer. */
export function practiceTickets(app: App): HTMLElement {
	const phone = app.phone!, overlay = new Overlay(app.main), note = el("p", { role: "alert", className: "fault" });
	const ticket = (lesson: Lesson) => {
		const { key, colour } = wordOf(lesson.decision);
		return el("button", { type: "button", className: `chip ${colour}`, "data-practice": phone.core.decisionName(lesson.decision), onclick: async () => {
			const shown = await decide(app, phone, lesson).catch(() => null);
			note.textContent = shown === null ? app.say("door_not_saved") : "";
			if (shown === null)
				return;
			app.sound.play(shown.answer.decision === Decision.AGAIN ? "again" : shownNames[shown.answer.shown]);
			overlay.show(answerView(app, phone, shown, [], () => overlay.close()));
		} }, app.say(key));
	};
	return el("div", {}, el("div", { className: "row" }, ...lessons.filter(({ supervisor }) => !supervisor || phone.supervisor).map(ticket)), note);
}
