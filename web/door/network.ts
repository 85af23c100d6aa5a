/*
 * Asking the server: JSON with the device's token, a time limit on everything, and what the answers'
 * dates say about this phone's clock.
 */
export interface Reply { status: number; body: any }

/* No answer: no network, too late, or not the server (a portal's page). */
export class Unreachable extends Error {}

const CLOCK_KEPT_MS = 10 * 60000; /* then a worse measure than the best one may replace it */

export class Network {
	token = "";
	skew = 0;
	skewError = 86400000;
	private measured = -Infinity;
	reachable = navigator.onLine;
	onchange: () => void = () => {};

	/* Date names a second: the server's clock is somewhere in it, some time between asking and answer. */
	private measure(date: string | null, before: number, asked: number) {
		const server = date === null ? NaN : Date.parse(date), now = performance.now(), error = 500 + (now - asked) / 2;
		if (Number.isNaN(server) || (error > this.skewError && now - this.measured < CLOCK_KEPT_MS))
			return;
		this.skew = Math.round(server + 500 - (before + (now - asked) / 2));
		this.skewError = Math.ceil(error);
		this.measured = now;
	}
	private reached(reachable: boolean) {
		if (this.reachable === reachable)
			return;
		this.reachable = reachable;
		this.onchange();
	}

	async ask(method: "GET" | "POST", path: string, body: unknown, limitMs: number): Promise<Reply> {
		const abort = new AbortController(), timer = setTimeout(() => abort.abort(), limitMs);
		const before = Date.now(), asked = performance.now();
		const headers: Record<string, string> = { Accept: "application/json" };
		if (this.token !== "")
			headers.Authorization = `Bearer ${this.token}`;
		if (body !== undefined)
			headers["Content-Type"] = "application/json";
		try {
			const answer = await fetch(`/api/v1/door/${path}`, { method, headers, signal: abort.signal, cache: "no-store",
				credentials: "omit", redirect: "error", body: body === undefined ? undefined : JSON.stringify(body) });
			const text = await answer.text();
			const json = text === "" ? null : JSON.parse(text);
			this.measure(answer.headers.get("Date"), before, asked);
			this.reached(answer.status < 500);
			return { status: answer.status, body: json };
		} catch (error) {
			this.reached(false);
			throw new Unreachable(String(error));
		} finally {
			clearTimeout(timer);
		}
	}
	get(path: string, limitMs = 15000) { return this.ask("GET", path, undefined, limitMs); }
	post(path: string, body: unknown, limitMs = 15000) { return this.ask("POST", path, body, limitMs); }

	clock() {
		return { wall: Date.now(), mono: Math.round(performance.now()), skew: this.skew, skewError: this.skewError };
	}
}
