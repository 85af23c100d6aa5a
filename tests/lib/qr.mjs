// A ticket's picture as two scanners read it, and pictures of texts that the program would not make one of.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

// Of many files at once: what each says, or undefined.
export function readManyByZbar(files) {
  const { stdout, stderr, error } = spawnSync('zbarimg', ['--quiet', '--xml', '-Sdisable', '-Sqrcode.enable', ...files], { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (error || !stdout.includes('</barcodes>'))
    throw new Error(`zbarimg: ${error ?? stderr}`);
  const read = new Map(stdout.split('<source ').slice(1).map((each) => [/^href='([^']*)'/.exec(each)[1], /<!\[CDATA\[([^]*?)\]\]>/.exec(each)?.[1]]));
  return files.map((file) => read.get(file));
}

// The codes on the pages of a PDF, as they would be scanned from a printer's coarse print; page by page.
export function readPdf(pdf, dpi = 110) {
  const dir = mkdtempSync(join(tmpdir(), 'turnout-pdf-'));
  try {
    const { status, stderr } = spawnSync('pdftoppm', ['-r', String(dpi), '-gray', '-png', '-', join(dir, 'page')], { input: pdf, encoding: 'utf8' });
    if (status !== 0)
      throw new Error(`pdftoppm: ${stderr}`);
    return readManyByZbar(readdirSync(dir).sort().map((name) => join(dir, name)));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

// A square of grey bytes, as the app's worker is asked (web/door/scanner.ts): the text, or undefined.
export async function readGrey({ size, grey }) {
  const data = new Uint8ClampedArray(4 * size * size).fill(255);
  grey.forEach((level, at) => data.fill(level, 4 * at, 4 * at + 3));
  const found = await readBarcodes({ data, width: size, height: size, colorSpace: 'srgb' }, { formats: ['QRCode'], tryHarder: true, maxNumberOfSymbols: 1 });
  return found.find(({ isValid }) => isValid)?.text;
}
