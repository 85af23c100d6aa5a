/*
 * What the staff's pages do where there is a script: numbers that move by themselves, a pairing page that goes
 * on to the next phone, words of a call that are shared. All work without it.
 */
const NUMBERS_MS = 2000;
const PAIRING_MS = 1000;

type Row = { key: string; percent: number; regions?: Row[] } & Record<string, unknown>;
type Told = { sessions: Row[]; notes?: Record<string, string | boolean> };

const me = document.querySelector<HTMLScriptElement>("script[data-numbers], script[data-pairing]");

/* A session stands in the table of sums and over its regions. */
function show(row: Row): void {
	for (const line of document.querySelectorAll(`[data-row="${row.key}"]`)) {
		for (const cell of line.querySelectorAll<HTMLElement>("[data-n]")) {
			const text = String(row[cell.dataset.n ?? ""] ?? "");
			if (cell.textContent !== text)
				cell.textContent = text;
		}
		line.querySelector(".part")?.setAttribute("width", String(row.percent));
		line.classList.toggle("nothing", row.nothing === true && row.regions === undefined);
	}
}

function showAll(told: Told): void {
	for (const session of told.sessions) {
		if (session.nothing === false && document.getElementById(session.key) === null) {
			location.reload(); /* the first one of a session: its regions have no table yet */
			return;
		}
		show(session);
		session.regions?.forEach(show);
	}
	for (const note of document.querySelectorAll<HTMLElement>("[data-note]")) {
		const text = told.notes?.[note.dataset.note ?? ""];
		if (typeof text === "string" && note.textContent !== text)
			note.textContent = text;
	}
	document.querySelector(".signs")?.classList.toggle("alarming", told.notes?.alarming === true);
}

/* Whether the numbers on the page move, so that nobody trusts a page that stands still. */
function say(moving: boolean): void {
	document.querySelector("[data-still]")?.toggleAttribute("hidden", moving);
	document.querySelector("[data-moving]")?.toggleAttribute("hidden", !moving);
}

let known = "";

async function askNumbers(from: string): Promise<void> {
	const answer = await fetch(from, {
		headers: known ? { "If-None-Match": known } : {},
		cache: "no-store",
		redirect: "manual",
	});
	if (answer.type === "opaqueredirect") {
		location.reload(); /* signed out: the page leads to the form */
		return;
	}
	if (answer.status === 200) {
		known = answer.headers.get("ETag") ?? "";
		showAll((await answer.json()) as Told);
	}
	say(answer.status === 200 || answer.status === 304);
}

async function askPairing(from: string): Promise<void> {
	const answer = await fetch(from, { cache: "no-store", redirect: "manual" });
	if (answer.type === "opaqueredirect") {
		location.reload();
		return;
	}
	if (!answer.ok)
		return;
	const { paired, open } = (await answer.json()) as { paired: boolean; open: boolean };
	if (paired)
		document.querySelector<HTMLFormElement>("#next")?.requestSubmit();
	else if (!open)
		location.reload();
}

/* One question after another, and none while nobody looks. */
function again(ask: () => Promise<void>, ms: number): void {
	setTimeout(async () => {
		if (!document.hidden)
			await ask().catch(() => say(false));
		again(ask, ms);
	}, ms);
}

/* The words of a call, to whatever the phone shares with. */
function offerSharing(): void {
	if (!navigator.share)
		return;
	for (const button of document.querySelectorAll<HTMLElement>("[data-share]")) {
		const words = button.closest("details")?.querySelector(".words")?.textContent ?? "";
		button.hidden = false;
		button.addEventListener("click", () => void navigator.share({ text: words }).catch(() => undefined));
	}
}

offerSharing();
const { numbers, pairing } = me?.dataset ?? {};
if (numbers)
	again(() => askNumbers(numbers), NUMBERS_MS);
if (pairing)
	again(() => askPairing(pairing), PAIRING_MS);
