// A paired device that scans online, and tickets by their text.
import { createHash, randomBytes } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

// The id inside a T1 text (door.md: "T1", then 76 bytes in Crockford's base 32).
export function ticketId(text) {
  let bits = 0n;
  for (const letter of text.trim().slice(2))
    bits = bits << 5n | BigInt(alphabet.indexOf(letter));
  const bytes = Buffer.from((bits >> 2n).toString(16).padStart(152, '0'), 'hex');
  return bytes.subarray(1, 9);
}

// The mark of a ticket: the first 8 bytes of SHA-256(salt, id), in hex.
export const markOf = (salt, text) =>
  createHash('sha256').update(salt).update(ticketId(text)).digest('hex').slice(0, 16);

// T1 with one character of its signature changed.
export function spoil(text, at = 60) {
  const other = alphabet[(alphabet.indexOf(text[at]) + 1) % 32];
  return text.slice(0, at) + other + text.slice(at + 1);
}

export class Device {
  // Adds a device by command and pairs it over HTTP.
  static async pair(house, visitor, slug, session, { name = 'Test door', role = 'scan' } = {}) {
    const said = await house.do(['schema', 'device', 'add', name, '--event', slug, '--session', session, '--role', role]);
    const code = said.trim().split('\n').at(-1).trim();
    const answer = await visitor.json('/api/v1/door/pair', { code, device_name: name });
    if (answer.status !== 201)
      throw new Error(`pairing answers ${answer.status}: ${answer.text}`);
    return new Device(JSON.parse(answer.text), session);
  }

  constructor(paired, session) {
    Object.assign(this, { id: paired.device, token: paired.token, session, checkpoint: paired.checkpoints[0].no });
    this.epoch = randomBytes(8).toString('hex');
    this.seq = 0;
  }

  record(mark) {
    return { v: 1, device: this.id, epoch: this.epoch, seq: ++this.seq, rev: 0, session: this.session, checkpoint: this.checkpoint,
      mark, wall: Date.now(), mono: Math.round(performance.now()), skew: 0, skew_error: 20, manifest_version: 1, online: true };
  }

  // { status, decision, shown, … }
  async scan(visitor, mark, record = this.record(mark)) {
    const answer = await visitor.json('/api/v1/door/scan', record, this.token);
    return { status: answer.status, record, ...(answer.status === 200 ? JSON.parse(answer.text) : { text: answer.text }) };
  }
}
