// A ticket's picture as two scanners read it, and pictures of texts that the program would not make one of.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import { prepareZXingModule as prepareWriter, writeBarcode } from 'zxing-wasm/writer';

// From their own files: by default they would ask a server elsewhere for them.
const { resolve } = createRequire(import.meta.url);
prepareZXingModule({ overrides: { wasmBinary: readFileSync(resolve('zxing-wasm/reader/zxing_reader.wasm')) } });
prepareWriter({ overrides: { wasmBinary: readFileSync(resolve('zxing-wasm/writer/zxing_writer.wasm')) } });

// As readPng() of film.mjs gives a ticket, with its quiet zone.
export async function pictureOf(text) {
  const { error, symbol } = await writeBarcode(text, { format: 'QRCode', ecLevel: 'Q', options: 'ecLevel=Q' });
  if (error)
    throw new Error(error);
  const { width, height, data } = symbol, quiet = 4, inside = (x, side) => x >= quiet && x < quiet + side;
  return { width: width + 2 * quiet, height: height + 2 * quiet,
    dark: (x, y) => inside(x, width) && inside(y, height) && data[(y - quiet) * width + x - quiet] === 0 };
}

export function readByZbar(png) {
  const { status, stdout, stderr, error } = spawnSync('zbarimg', ['--quiet', '--raw', '-Sdisable', '-Sqrcode.enable', 'PNG:-'],
    { input: png, encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`zbarimg: ${error ?? stderr}`);
  return stdout.trim();
}

export async function readByZxing(png) {
  const found = await readBarcodes(new Uint8Array(png), { formats: ['QRCode'], tryHarder: true });
  return found.map(({ text }) => text).join('\n');
}
