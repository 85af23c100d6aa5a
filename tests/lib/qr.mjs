// A ticket's picture as two scanners read it.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';

// From its own file: by default it would ask a server elsewhere for it.
const wasm = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm');
prepareZXingModule({ overrides: { wasmBinary: readFileSync(wasm) } });

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
