// Strings that nobody else has, and finding them again in whatever they were turned into on the way.
import { randomInt } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const letters = (n) => Array.from({ length: n }, () => 'bcdfghjklmnpqrstvwxz'[randomInt(20)]).join('');
const digits = (n) => Array.from({ length: n }, () => String(randomInt(10))).join('');

// What base64 makes of `text` wherever it begins: the part that depends on nothing beside it.
const base64 = (text) => [0, 1, 2].map((before) => {
  const whole = Buffer.from('\0'.repeat(before) + text).toString('base64');
  return whole.slice(Math.ceil((before * 8) / 6), Math.floor(((before + text.length) * 8) / 6));
});
const each = (text, write) => [...text].map((letter) => write(letter.charCodeAt(0).toString(16))).join('');

function shapesOf(core) {
  return [
    ['as it is', core], ['in capitals', core.toUpperCase()],
    ['UTF-16', [...core].join('\0')], ['in hex', each(core, (hex) => hex)], ['in capital hex', each(core, (hex) => hex).toUpperCase()],
    ['percent-encoded', each(core, (hex) => `%${hex}`)], ['percent-encoded', each(core, (hex) => `%${hex.toUpperCase()}`)],
    ['quoted-printable', each(core, (hex) => `=${hex.toUpperCase()}`)],
    ['JSON-escaped', each(core, (hex) => `\\u00${hex}`)], ['as entities', [...core].map((letter) => `&#${letter.charCodeAt(0)};`).join('')],
    ...base64(core).map((text) => ['base64', text]),
  ].map(([shape, text]) => [shape, Buffer.from(text, 'latin1')]);
}

// All canaries of one have a core in common, so that looking for hundreds is looking for one. Names, addresses and free texts hold
// letters, telephone numbers hold digits.
export class Canaries {
  constructor() {
    this.core = letters(9);
    this.dial = `7${digits(6)}`;
    this.n = 0;
    this.said = [];
    this.shapes = [...shapesOf(this.core), ...shapesOf(this.dial)];
  }

  keep(text) {
    this.said.push(text);
    return text;
  }

  // With what has to be escaped on some of the ways.
  word() { return this.keep(`Zq${this.core}${letters(4)} Ñ“&=<é${++this.n}`); }
  name() { return this.keep(`Zq${this.core}${letters(4)} Ñu${++this.n}`); }
  email() { return this.keep(`zq${this.core}${letters(4)}${++this.n}@example.org`); }
  phone() { return this.keep(`${this.dial}${String(100 + ++this.n)}`); }

  isIn(text) { return String(text).toLowerCase().includes(this.core) || String(text).includes(this.dial); }

  // The shapes of canaries that stand in `bytes`; soft line breaks of letters and of base64 hide nothing.
  found(bytes) {
    const within = (there) => this.shapes.filter(([, needle]) => there.includes(needle)).map(([shape]) => shape);
    const shapes = within(bytes);
    if (shapes.length || bytes.length > 4 * 1024 * 1024)
      return shapes;
    const text = bytes.toString('latin1');
    return text.includes('\n') ? within(Buffer.from(text.replace(/=?\r?\n[ \t]?/g, ''), 'latin1')) : [];
  }
}

// Every file below a folder with its bytes; one that is gone meanwhile is none.
export function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile()).flatMap((entry) => {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    try {
      return [[path, readFileSync(path)]];
    } catch (error) {
      if (error.code === 'ENOENT')
        return [];
      throw error;
    }
  });
}

// What `ps` and /proc show of a process and of all that it started: arguments and environment.
export function processesOf(pid) {
  const children = (() => { try { return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean); } catch { return []; } })();
  const own = ['cmdline', 'environ', 'comm'].map((name) => { try { return [`/proc/${pid}/${name}`, readFileSync(`/proc/${pid}/${name}`)]; } catch { return null; } }).filter(Boolean);
  return [...own, ...children.flatMap(processesOf)];
}
