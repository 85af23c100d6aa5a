/*
 * The camera and what it reads. One ticket held in view is told once: it must be out of sight for a
 * while before it is told again.
 */
const AWAY_MS = 1500, IDLE_MS = 60;
/* A small picture is read fast; every few frames without a ticket one is looked at in full, for a ticket far off. */
const WIDTH = 1280, FULL_WIDTH = 1920, FULL_EVERY = 4;

export type Trouble = "refused" | "none" | "busy" | "wasm";

export class Camera {
	readonly video = document.createElement("video");
	trouble: Trouble | null = null;
	paused = false;
	torchOn = false;
	lenses: MediaDeviceInfo[] = [];
	onread: (text: string) => void = () => {};
	onchange: () => void = () => {};
	private canvas = document.createElement("canvas");
	private worker: Worker | null = null;
	private ready = false;
	private stream: MediaStream | null = null;
	private asked = false; /* a frame is with the worker */
	private last = { text: "", at: -Infinity };
	private lens: string | undefined;
	private wanted = false;
	private misses = 0;

	constructor(private scannerUrl: string, private wasmUrl: string) {
		this.video.playsInline = true;
		this.video.muted = true;
		this.video.setAttribute("aria-hidden", "true");
	}

	private startWorker(): Promise<boolean> {
		if (this.ready)
			return Promise.resolve(true);
		return new Promise((resolve) => {
			try {
				this.worker = new Worker(this.scannerUrl);
			} catch {
				resolve(false);
				return;
			}
			this.worker.onerror = () => resolve(false);
			this.worker.onmessage = ({ data }) => {
				if (data.ready !== undefined) {
					this.ready = data.ready;
					resolve(data.ready);
				} else {
					this.asked = false;
					this.take(data.texts);
				}
			};
			this.worker.postMessage({ wasm: new URL(this.wasmUrl, location.href).href });
		});
	}

	async start(): Promise<boolean> {
		this.trouble = null;
		this.wanted = true;
		if (navigator.mediaDevices?.getUserMedia === undefined)
			this.trouble = "none";
		else if (!(await this.startWorker()))
			this.trouble = "wasm";
		else
			await this.openStream();
		this.onchange();
		return this.trouble === null;
	}

	private async openStream() {
		const size = { width: { ideal: 1920 }, height: { ideal: 1080 } };
		const which = this.lens === undefined ? { facingMode: { ideal: "environment" } } : { deviceId: { exact: this.lens } };
		try {
			this.end();
			const stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...size, ...which } });
			this.end(); /* a second start was as fast */
			this.stream = stream;
			if (!this.wanted)
				return this.end(); /* the screen was left meanwhile */
			this.video.srcObject = this.stream;
			await this.video.play();
			this.loop();
			await this.track?.applyConstraints({ advanced: [{ focusMode: "continuous" } as any] }).catch(() => {});
			this.lenses = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput");
			this.track?.addEventListener("ended", () => {
				this.trouble = "busy";
				this.onchange();
			});
		} catch (error) {
			const { name } = error as DOMException;
			this.trouble = name === "NotAllowedError" || name === "SecurityError" ? "refused" : name === "NotReadableError" ? "busy" : "none";
		}
	}
	stop() {
		this.wanted = false;
		this.end();
	}
	private end() {
		for (const track of this.stream?.getTracks() ?? [])
			track.stop();
		this.stream = null;
		this.torchOn = false;
	}
	get running() { return this.stream !== null && this.trouble === null; }
	private get track() { return this.stream?.getVideoTracks()[0]; }

	get hasTorch() { return (this.track?.getCapabilities?.() as any)?.torch === true; }
	async torch(on: boolean) {
		await this.track?.applyConstraints({ advanced: [{ torch: on } as any] }).then(() => { this.torchOn = on; }).catch(() => {});
		this.onchange();
	}
	async nextLens() {
		const at = this.lenses.findIndex(({ deviceId }) => deviceId === this.track?.getSettings().deviceId);
		this.lens = this.lenses[(at + 1) % this.lenses.length]?.deviceId;
		await this.openStream();
		this.onchange();
	}

	private loop() {
		const stream = this.stream;
		const step = () => {
			if (this.stream !== stream || stream === null)
				return;
			this.look();
			setTimeout(step, IDLE_MS);
		};
		step();
	}
	private look() {
		const { videoWidth, videoHeight } = this.video;
		if (this.asked || this.paused || videoWidth === 0 || document.hidden)
			return;
		const full = this.misses % FULL_EVERY === FULL_EVERY - 1;
		const scale = Math.min(1, (full ? FULL_WIDTH : WIDTH) / videoWidth);
		const width = Math.round(videoWidth * scale), height = Math.round(videoHeight * scale);
		if (this.canvas.width !== width || this.canvas.height !== height)
			Object.assign(this.canvas, { width, height });
		const context = this.canvas.getContext("2d", { willReadFrequently: true })!;
		context.drawImage(this.video, 0, 0, width, height);
		const pixels = context.getImageData(0, 0, width, height).data.buffer;
		this.asked = true;
		this.worker!.postMessage({ pixels, width, height }, [pixels]);
	}
	private take(texts: string[]) {
		const now = performance.now(), text = texts[0];
		this.misses = text === undefined ? this.misses + 1 : 0;
		if (text === undefined || this.paused)
			return;
		const seen = text === this.last.text && now - this.last.at < AWAY_MS;
		this.last = { text, at: now };
		if (!seen)
			this.onread(text);
	}
	/* Looks on after an answer: what is still in view has been told. */
	resume() {
		this.paused = false;
		this.last.at = performance.now();
	}
}
