/* What lies over a screen for a moment: an answer, a choice. The screen beneath can't be reached meanwhile. */
export class Overlay {
	private view: HTMLElement | null = null;
	private timer = 0;
	private before: Element | null = null;

	constructor(private main: HTMLElement, private onclosed: () => void = () => {}) {}

	get open() { return this.view !== null; }

	/* @staysMs: closes by itself; absent: somebody has to. */
	show(view: HTMLElement, staysMs?: number) {
		clearTimeout(this.timer);
		if (this.view === null)
			this.before = document.activeElement;
		this.view?.remove();
		this.view = view;
		this.main.inert = true;
		document.body.append(view);
		(view.querySelector<HTMLElement>("[data-first]") ?? view.querySelector<HTMLElement>("button"))?.focus({ preventScroll: true });
		if (staysMs !== undefined)
			this.timer = window.setTimeout(() => this.close(), staysMs);
	}
	close() {
		clearTimeout(this.timer);
		if (this.view === null)
			return;
		this.view.remove();
		this.view = null;
		this.main.inert = false;
		if (this.before instanceof HTMLElement && this.before !== document.body && this.before.isConnected)
			this.before.focus({ preventScroll: true });
		this.onclosed();
	}
}
