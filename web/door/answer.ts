/* What fills the screen: colour, drawing, word; no name unless somebody taps for it. */
import { Decision, shownNames } from "./core.ts";
import { App } from "./app.ts";
import { add, apart, drawing, el } from "./dom.ts";
import { Phone, Shown } from "./phone.ts";
import { hexOf } from "./tickets.ts";

const drawings = {
	check: "M4 13l5 5L20 6",
	again: "M5 12a7 7 0 1 1 2 5M5 12l-2.5-3M5 12l3.5-2",
	question: "M8.5 9a3.5 3.5 0 1 1 5 3.2c-1 .5-1.5 1.2-1.5 2.3M12 18.5v.5",
	cross: "M5.5 5.5l13 13M18.5 5.5l-13 13",
	away: "M4 12h15M13 6l6 6-6 6",
};
const words: Record<number, [key: string, drawing: keyof typeof drawings]> = {
	[Decision.ADMIT]: ["door_word_admit", "check"],
	[Decision.AGAIN]: ["door_word_again", "again"],
	[Decision.PROVISIONAL]: ["door_word_provisional", "question"],
	[Decision.OVERRIDE]: ["door_word_override", "check"],
	[Decision.LEAVE]: ["door_word_leave", "away"],
	[Decision.SIGNATURE]: ["door_word_signature", "cross"],
	[Decision.ELSEWHERE]: ["door_word_elsewhere", "cross"],
	[Decision.REVOKED]: ["door_word_revoked", "cross"],
	[Decision.USED]: ["door_word_used", "cross"],
	[Decision.NOT_BOOKED]: ["door_word_not_booked", "question"],
};
/* What an answer is called, and its colour (checkin/door.c). */
export function wordOf(decision: number): { key: string; colour: string } {
	const colour = [Decision.ADMIT, Decision.AGAIN].includes(decision) ? "green" : decision === Decision.LEAVE ? "blue"
		: [Decision.PROVISIONAL, Decision.OVERRIDE, Decision.NOT_BOOKED].includes(decision) ? "amber" : "red";
	return { key: words[decision][0], colour };
}
/* of the hint byte (door.md) */
const hints: [bit: number, key: string][] = [[1, "door_hint_desk"], [2, "door_hint_minor"], [4, "door_hint_headset"], [8, "door_hint_photo"]];

function details(app: App, phone: Phone, { answer, elsewhere, item }: Shown): string[] {
	const lines: string[] = [];
	if (answer.firstAt !== 0) {
		const time = app.texts.time(answer.firstAt, phone.pairing.event.zone);
		const known = phone.pairing.checkpoints.find(({ no }) => no === answer.firstCheckpoint)?.name;
		const place = known ?? (phone.place.seq === item.record.seq ? phone.place.name : null);
		lines.push(place === null || place === undefined ? app.say("door_first_at", { time }) : app.say("door_first_at_place", { time, place }));
	}
	if (elsewhere !== null)
		lines.push(app.say("door_elsewhere", { event: app.texts.of(elsewhere.title) }));
	const help: Record<number, string> = { [Decision.REVOKED]: "door_help_desk", [Decision.SIGNATURE]: "door_help_signature",
		[Decision.NOT_BOOKED]: phone.supervisor ? "door_help_you" : "door_help_supervisor" };
	if (help[answer.decision] !== undefined)
		lines.push(app.say(help[answer.decision]));
	if (answer.practice)
		lines.push(app.say("door_practice"));
	for (const [bit, key] of hints)
		if (answer.hint & bit)
			lines.push(app.say(key));
	/* whom to greet in which language; the first of the catalogues is also what is not known */
	const language = app.texts.languages[answer.hint >> 4];
	if (answer.hint >> 4 !== 0 && language !== undefined && !language.current)
		lines.push(app.say("door_hint_language", { language: language.name }));
	return lines;
}

/* What the server says of a person's needs, in words. */
export function needs(app: App, flags: string[]): string[] {
	const plain: Record<string, string> = { minor: "door_hint_minor", fee_due: "door_flag_fee", photo_no: "door_hint_photo" };
	return flags.map((flag) => {
		const [, language] = /^interpretation_(.+)$/.exec(flag) ?? [];
		if (language !== undefined)
			return app.say("door_flag_interpretation", { language: app.say(`interpretation_${language}`) });
		return app.say(plain[flag] ?? `access_${flag}`);
	});
}

/* "Who is it?": asks the server, which writes it down. */
function nameButton(app: App, mark: bigint) {
	const button = el("button", { type: "button", onclick: async () => {
		button.disabled = true;
		const reply = await app.network.get(`person?mark=${hexOf(mark)}`, 4000).catch(() => null);
		const { name, delegation, flags } = reply?.status === 200 ? reply.body : { name: null, delegation: null, flags: [] };
		const who = [name, delegation].filter(Boolean).map(apart).join(" · ");
		button.replaceWith(el("div", { className: "who", role: "status" },
			el("p", {}, who || app.say(reply === null ? "door_name_offline" : "door_name_none")),
			...needs(app, flags).map((need) => el("p", { className: "need" }, need))));
	} }, app.say("door_name"));
	return button;
}

export function answerView(app: App, phone: Phone, shown: Shown, actions: HTMLElement[], close: () => void) {
	const { answer } = shown, [key, picture] = words[answer.decision];
	const colour = shownNames[answer.shown];
	const view = el("section", { className: `answer ${colour}${answer.decision === Decision.AGAIN ? " quieter" : ""}`, role: "alertdialog",
		"aria-label": app.say(key), "data-decision": phone.core.decisionName(answer.decision), "data-shown": colour,
		"data-online": String(answer.online), "data-seq": String(shown.item.record.seq), "data-epoch": hexOf(shown.item.record.epoch) });
	const lines = details(app, phone, shown);
	add(view, [
		drawing(drawings[picture]),
		el("p", { className: "word" }, app.say(key)),
		...lines.map((line) => el("p", { className: "detail" }, line)),
		el("div", { className: "row" }, el("button", { type: "button", className: "next", "data-first": true, onclick: close }, app.say("door_next")),
			...actions, shown.mark !== null && !answer.practice && nameButton(app, shown.mark)),
	]);
	view.addEventListener("click", (event) => {
		if (!(event.target as Element).closest("button"))
			close();
	});
	return view;
}

export function choiceView(title: string, cancel: string, close: () => void, choices: { text: string; value: number }[], chosen: (value: number) => void) {
	return el("section", { className: "answer plain choices", role: "dialog", "aria-label": title },
		el("h2", {}, title),
		...choices.map(({ text, value }) => el("button", { type: "button", className: "wide", "data-value": value, onclick: () => chosen(value) }, text)),
		el("button", { type: "button", className: "wide quiet", onclick: close }, cancel));
}
