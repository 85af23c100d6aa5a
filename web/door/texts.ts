/* The app's words: the catalogues' door_… texts, in the volunteer's language. */
interface Catalogue { name: string; dir: string; texts: Record<string, string> }
type Blanks = Record<string, string | number>;

export class Texts {
	lang: string;
	private rules: Intl.PluralRules;
	onchange: () => void = () => {};

	constructor(private catalogues: Record<string, Catalogue>) {
		const wanted = [localStorage.getItem("lang") ?? "", ...navigator.languages, document.documentElement.lang];
		this.lang = wanted.map((lang) => this.nearest(lang)).find((lang) => lang !== undefined) ?? Object.keys(catalogues)[0];
		this.rules = new Intl.PluralRules(this.lang);
		this.apply();
	}
	private nearest(lang: string): string | undefined {
		return Object.keys(this.catalogues).find((code) => lang === code || lang.startsWith(`${code}-`));
	}
	private apply() {
		document.documentElement.lang = this.lang;
		document.documentElement.dir = this.catalogues[this.lang].dir;
		document.title = this.say("door_title");
	}

	get languages() {
		return Object.entries(this.catalogues).map(([code, { name }]) => ({ code, name, current: code === this.lang }));
	}
	choose(lang: string) {
		localStorage.setItem("lang", lang);
		this.lang = lang;
		this.rules = new Intl.PluralRules(lang);
		this.apply();
		this.onchange();
	}

	say(key: string, blanks: Blanks = {}): string {
		const text = this.catalogues[this.lang].texts[key] ?? key;
		return text.replace(/\{\{(\w+)\}\}/g, (_, name) => String(blanks[name] ?? ""));
	}
	/* key_one, key_other … by the language's rules. */
	count(key: string, count: number, blanks: Blanks = {}): string {
		return this.say(`${key}_${this.rules.select(count)}`, { count: count.toLocaleString(this.lang), ...blanks });
	}
	/* Of an event's own texts, whose languages are its own. */
	of(text: Record<string, string> | undefined): string {
		return text?.[this.lang] ?? text?.en ?? Object.values(text ?? {})[0] ?? "";
	}
	time(ms: number, zone?: string): string {
		return new Intl.DateTimeFormat(this.lang, { hour: "numeric", minute: "2-digit", timeZone: zone }).format(ms);
	}
}
