/* The app's words: the catalogues' door_… texts, in the volunteer's language. */
interface Catalogue { name: string; dir: string; locale: string; texts: Record<string, string> }
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
	/* By language and script: "zh-TW" is zh-Hant, "fil" is tl. */
	private nearest(lang: string): string | undefined {
		const likely = (tag: string) => {
			try {
				const { language, script } = new Intl.Locale(tag).maximize();
				return `${language} ${script}`;
			} catch {
				return null;
			}
		};
		const wanted = likely(lang);
		return Object.keys(this.catalogues).find((code) => wanted !== null && likely(code) === wanted);
	}
	private get locale() {
		return this.catalogues[this.lang].locale;
	}
	private apply() {
		document.documentElement.lang = this.lang;
		document.documentElement.dir = this.catalogues[this.lang].dir;
		document.title = this.say("door_title");
	}

	get languages() {
		return Object.entries(this.catalogues).map(([code, { name, dir }]) => ({ code, name, dir, current: code === this.lang }));
	}
	choose(lang: string) {
		localStorage.setItem("lang", lang);
		this.lang = lang;
		this.rules = new Intl.PluralRules(lang);
		this.apply();
		this.onchange();
	}

	/* What fills a blank and runs against its sentence is kept apart from it. */
	say(key: string, blanks: Blanks = {}): string {
		const { texts, dir } = this.catalogues[this.lang];
		const against = dir === "rtl" ? /\p{Script=Latin}|\p{Script=Han}|\p{Script=Hangul}|\p{Script=Armenian}/u : /\p{Script=Arabic}|\p{Script=Hebrew}/u;
		return (texts[key] ?? key).replace(/\{\{(\w+)\}\}/g, (_, name) => {
			const value = String(blanks[name] ?? "");
			return against.test(value) ? `\u2068${value}\u2069` : value;
		});
	}
	/* key_one, key_other … by the language's rules. */
	count(key: string, count: number, blanks: Blanks = {}): string {
		const form = `${key}_${this.rules.select(count)}`;
		const known = form in this.catalogues[this.lang].texts ? form : `${key}_other`;
		return this.say(known, { count: count.toLocaleString(this.locale), ...blanks });
	}
	/* Of an event's own texts, whose languages are its own. */
	of(text: Record<string, string> | undefined): string {
		return text?.[this.lang] ?? text?.en ?? Object.values(text ?? {})[0] ?? "";
	}
	time(ms: number, zone?: string): string {
		return new Intl.DateTimeFormat(this.locale, { hour: "numeric", minute: "2-digit", timeZone: zone }).format(ms);
	}
}
