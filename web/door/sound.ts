/* What is heard and felt. Browsers let a page sound only after a tap; iPhones are silent by their switch. */
const tones: Record<string, [frequency: number, at: number, length: number][]> = {
	green: [[660, 0, 0.12], [990, 0.12, 0.2]],
	again: [[660, 0, 0.25]],
	amber: [[440, 0, 0.15], [440, 0.25, 0.15]],
	red: [[180, 0, 0.3], [140, 0.3, 0.45]],
	blue: [[520, 0, 0.15], [390, 0.15, 0.2]],
};
const pulses: Record<string, number[]> = { green: [80], again: [40], amber: [120, 80, 120], red: [400], blue: [40, 60, 40] };

export class Sound {
	private context: AudioContext | null = null;
	get on() { return this.context?.state === "running"; }

	/* From a tap. */
	async enable(): Promise<boolean> {
		try {
			this.context ??= new AudioContext();
			await this.context.resume();
		} catch {
			return false;
		}
		return this.on;
	}

	play(kind: string) {
		navigator.vibrate?.(pulses[kind] ?? []);
		if (!this.on || this.context === null)
			return;
		for (const [frequency, at, length] of tones[kind] ?? []) {
			const tone = this.context.createOscillator(), volume = this.context.createGain();
			const begin = this.context.currentTime + at;
			tone.type = kind === "red" ? "square" : "sine";
			tone.frequency.value = frequency;
			volume.gain.setValueAtTime(0.0001, begin);
			volume.gain.exponentialRampToValueAtTime(kind === "again" ? 0.2 : 0.6, begin + 0.01);
			volume.gain.exponentialRampToValueAtTime(0.0001, begin + length);
			tone.connect(volume).connect(this.context.destination);
			tone.start(begin);
			tone.stop(begin + length);
		}
	}
}
