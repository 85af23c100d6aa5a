// A real mail server (tests/lib/smtp.py: aiosmtpd, and Python's email package to read what came) for turnout to
// write to.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { sleep, top } from './turnout.mjs';

const alive = new Set();
process.on('exit', () => alive.forEach((child) => child.kill('SIGKILL')));

export class Post {
  // Debian's own Python has aiosmtpd; another that stands before it in PATH has not.
  constructor(args = []) {
    this.events = [];
    this.said = '';
    this.child = spawn('/usr/bin/python3', [join(top, 'tests', 'lib', 'smtp.py'), ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    alive.add(this.child);
    this.child.stderr.on('data', (part) => { this.said += part; });
    createInterface({ input: this.child.stdout }).on('line', (line) => this.events.push(JSON.parse(line)));
    this.ended = new Promise((resolve) => this.child.on('close', resolve));
  }

  static async open(args) {
    const post = new Post(args);
    post.port = (await post.until(() => post.events.find(({ event }) => event === 'listening'), 'the mail server')).port;
    return post;
  }

  // Waits for what has to come; nothing here is counted in seconds.
  async until(condition, what, patience = 30_000) {
    const end = Date.now() + patience;
    for (;;) {
      const found = await condition();
      if (found)
        return found;
      if (Date.now() > end)
        throw new Error(`${what} did not come; ${this.said}`);
      await sleep(30);
    }
  }

  letters(to) {
    return this.events.filter((each) => each.event === 'letter' && (to === undefined || each.to === to)).map((each) => new Letter(each));
  }

  async letter(to) {
    return (await this.until(() => this.letters(to).length && this.letters(to), `a letter to ${to}`))[0];
  }

  // What it has taken is told a moment after turnout hears its yes.
  arrived(n) {
    return this.until(() => this.letters().length >= n, `letter ${n}`);
  }

  order(word) {
    this.child.stdin.write(`${word}\n`);
  }

  async close() {
    this.child.kill('SIGKILL');
    await this.ended;
    alive.delete(this.child);
  }
}

export class Letter {
  constructor(event) {
    Object.assign(this, event);
  }

  header(name) {
    return this.headers.filter(([each]) => each.toLowerCase() === name.toLowerCase()).map(([, value]) => value).join('|');
  }

  // All leaves, in their order.
  leaves(part = this.body) {
    return part.parts.length ? part.parts.flatMap((each) => this.leaves(each)) : [part];
  }

  contents(type) {
    return this.leaves().filter((part) => part.type === type).map(({ content }) => Buffer.from(content, 'base64'));
  }

  text(type = 'text/plain') {
    return this.contents(type)[0]?.toString();
  }
}

// A port where nobody listens, yet.
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
