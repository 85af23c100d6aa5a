/* Pairing: by the code in the address (#pair=CODE), the staff's QR code, or typed. Needs the network once. */
import { App } from "./app.ts";
import { el } from "./dom.ts";
import { Unreachable } from "./network.ts";
import { Pairing, pairingOf } from "./phone.ts";

const codeOf = (text: string) => /#pair=([0-9A-Za-z-]+)/.exec(text)?.[1];

/* The same for as long as one tries, so that a lost answer can be asked again. */
async function nonceOf(app: App): Promise<string> {
	const kept = await app.storage.get<string>("nonce");
	const nonce = kept ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
	await app.storage.set("nonce", nonce, "strict");
	return nonce;
}

async function pair(app: App, code: string, name: string): Promise<string | null> {
	try {
		const reply = await app.network.post("pair", { code, device_name: name, nonce: await nonceOf(app) });
		if (reply.status === 201) {
			const pairing: Pairing = pairingOf(reply);
			await app.storage.set("pairing", pairing, "strict");
			history.replaceState(null, "", "/door/");
			app.camera.stop();
			await app.take(pairing);
			return null;
		}
		return reply.status === 410 ? app.say("door_pair_used") : reply.status === 404 ? app.say("door_pair_unknown")
			: reply.status === 429 ? app.say("door_pair_often") : app.say("door_pair_failed");
	} catch (error) {
		return error instanceof Unreachable ? app.say("door_pair_offline") : app.say("door_pair_failed");
	}
}

export function pairScreen(app: App) {
	app.show("pair", () => {
		const fault = el("p", { className: "fault", role: "alert" });
		const code = el("input", { id: "code", name: "code", dir: "ltr", autocomplete: "off", autocapitalize: "characters", spellcheck: false,
			required: true, value: codeOf(location.hash) ?? "" });
		const name = el("input", { id: "device", name: "device", dir: "auto", autocomplete: "off", required: true, maxLength: 60,
			value: app.say("door_pair_phone") });
		const button = el("button", { type: "submit" }, app.say("door_pair_button"));
		const submit = async (event?: Event) => {
			event?.preventDefault();
			button.disabled = true;
			fault.textContent = (await pair(app, code.value, name.value)) ?? "";
			button.disabled = false;
		};
		const finder = el("div", { className: "finder", hidden: true }, app.camera.video);
		const look = async () => {
			finder.hidden = false;
			app.camera.onread = (text) => {
				code.value = codeOf(text) ?? code.value;
				if (codeOf(text) === undefined)
					fault.textContent = app.say("door_pair_other_code");
				else
					void submit();
			};
			if (!(await app.camera.start())) {
				finder.hidden = true;
				fault.textContent = app.say("door_pair_no_camera");
			}
		};
		return [
			el("h1", { tabIndex: -1 }, app.say("door_pair_title")),
			localStorage.getItem("paired") !== null && el("p", { className: "notice", "data-wiped": true }, app.say("door_pair_wiped")),
			install(app), el("p", {}, app.say("door_pair_how")), fault,
			el("form", { onsubmit: submit },
				el("label", { htmlFor: "code" }, app.say("door_pair_code")), code,
				el("label", { htmlFor: "device" }, app.say("door_pair_name")), name,
				el("div", { className: "row" }, button,
					el("button", { type: "button", className: "quiet", onclick: look }, app.say("door_pair_scan")))),
			finder, languages(app),
		];
	});
}

/* Chromium offers to install by an event, which comes once; an iPhone's owner has to do it by hand. */
let offer: any = null;
addEventListener("beforeinstallprompt", (event) => {
	event.preventDefault();
	offer = event;
	document.querySelector<HTMLElement>("[data-install]")?.removeAttribute("hidden");
});

/* Pairing belongs inside the installed app: on an iPhone that has a storage of its own. */
function install(app: App): HTMLElement | null {
	if (matchMedia("(display-mode: standalone)").matches || (navigator as any).standalone === true)
		return null;
	if (/iPhone|iPad/.test(navigator.userAgent))
		return el("p", { className: "notice" }, app.say("door_install_ios"));
	return el("div", { className: "notice", "data-install": true, hidden: offer === null }, el("p", {}, app.say("door_install_how")),
		el("button", { type: "button", onclick: () => void offer?.prompt() }, app.say("door_install")));
}

export function languages(app: App) {
	return el("nav", { className: "row tongues", "aria-label": app.say("languages") }, ...app.texts.languages.map(({ code, name, dir, current }) =>
		el("button", { type: "button", className: "quiet", lang: code, dir, "aria-pressed": String(current), onclick: () => app.texts.choose(code) }, name)));
}
