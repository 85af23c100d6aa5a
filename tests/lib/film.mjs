// A film for Chromium's fake camera (y4m, 4:2:0), made of pictures of tickets.
import { openSync, writeFileSync, writeSync } from 'node:fs';
import { inflateSync } from 'node:zlib';

const WIDTH = 640, HEIGHT = 480, GREY = 128, FRAMES = 2;

// A picture of one bit a pixel, as checkin/qr.c writes it: { width, height, dark(x, y) }.
export function readPng(png) {
  let at = 8, header;
  const parts = [];
  while (at < png.length) {
    const length = png.readUInt32BE(at), name = png.toString('latin1', at + 4, at + 8), data = png.subarray(at + 8, at + 8 + length);
    if (name === 'IHDR')
      header = { width: data.readUInt32BE(0), height: data.readUInt32BE(4), depth: data[8], colour: data[9] };
    if (name === 'IDAT')
      parts.push(data);
    at += 12 + length;
  }
  if (header.depth !== 1 || header.colour !== 0)
    throw new Error(`not a picture in black and white: depth ${header.depth}, colour ${header.colour}`);
  const stride = Math.ceil(header.width / 8), raw = inflateSync(Buffer.concat(parts));
  const rows = [];
  for (let y = 0; y < header.height; y++) {
    const row = Buffer.from(raw.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1))), filter = raw[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const left = x > 0 ? row[x - 1] : 0, up = y > 0 ? rows[y - 1][x] : 0, corner = x > 0 && y > 0 ? rows[y - 1][x - 1] : 0;
      const guess = left + up - corner;
      const near = [left, up, corner].reduce((best, each) => (Math.abs(guess - each) < Math.abs(guess - best) ? each : best));
      row[x] += [0, left, up, (left + up) >> 1, near][filter];
    }
    rows.push(row);
  }
  return { ...header, dark: (x, y) => ((rows[y][x >> 3] >> (7 - (x & 7))) & 1) === 0 };
}

function frameOf(ticket) {
  const luma = Buffer.alloc(WIDTH * HEIGHT, GREY);
  if (ticket !== null) {
    const picture = Buffer.isBuffer(ticket) ? readPng(ticket) : ticket, scale = 400 / Math.max(picture.width, picture.height);
    const left = (WIDTH - 400) >> 1, top = (HEIGHT - 400) >> 1;
    for (let y = 0; y < 400; y++)
      for (let x = 0; x < 400; x++)
        luma[(top + y) * WIDTH + left + x] = picture.dark(Math.floor(x / scale), Math.floor(y / scale)) ? 16 : 235;
  }
  return Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc(WIDTH * HEIGHT / 2, 128)]);
}

const HEAD = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`);

// @scenes: [a ticket (PNG, or what readPng() gives) or null for nothing in view, frames] at ten frames a second; it
// repeats for ever.
export function film(scenes) {
  return Buffer.concat([HEAD, ...scenes.flatMap(([ticket, count]) => Array(count).fill(frameOf(ticket)))]);
}

// A film whose one picture is changed while it is shown: Chromium reads the file again and again.
export class Lens {
  constructor(file) {
    this.file = file;
    writeFileSync(file, film([[null, FRAMES]]));
    this.open = openSync(file, 'r+');
  }

  show(ticket) {
    const frame = frameOf(ticket);
    for (let n = 0; n < FRAMES; n++)
      writeSync(this.open, frame, 0, frame.length, HEAD.length + n * frame.length);
  }
}
