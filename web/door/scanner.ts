/* The worker that looks for QR codes in frames: zxing, from its own file on this server. */
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

self.onmessage = async ({ data }: MessageEvent) => {
	if (data.wasm !== undefined) {
		try {
			await prepareZXingModule({ overrides: { locateFile: () => data.wasm }, fireImmediately: true });
			self.postMessage({ ready: true });
		} catch (error) {
			self.postMessage({ ready: false, why: String(error) });
		}
		return;
	}
	const frame = new ImageData(new Uint8ClampedArray(data.pixels), data.width, data.height);
	try {
		const found = await readBarcodes(frame, { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 1 });
		self.postMessage({ texts: found.filter(({ isValid }) => isValid).map(({ text }) => text) });
	} catch {
		self.postMessage({ texts: [] });
	}
};
