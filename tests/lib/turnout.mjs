// turnout as its users have it: commands with their answers, and a server on a data folder.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { newDatabase, query as postgresQuery } from './postgres.mjs';

export const top = join(import.meta.dirname, '..', '..');
export const build = process.env.TURNOUT_TEST_BUILD ?? join(top, 'build');
export const program = join(build, 'turnout');
export const engines = ['sqlite', 'postgres'];
export const example = join(top, 'schema', 'examples', 'immigrant-day-of-action.json');
export const event = (name) => join(top, 'tests', 'events', `${name}.json`);

const startPatience = 20_000;
const alive = new Set();
process.on('exit', () => alive.forEach((child) => child.kill('SIGKILL')));

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// The date so many days from now, as --starts takes it.
export const daysAhead = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

// The definition of tests/events as `change` leaves it, with its start `days` from now: all its times are moved by the
// same days in the text itself, so that it loads again over people. Text.
export function eventAhead(name, change, days = 27) {
  const given = JSON.parse(readFileSync(event(name), 'utf8'));
  const by = Math.floor((Date.now() - Date.parse(`${given.starts.slice(0, 10)}Z`)) / 86_400_000) + days;
  const move = (value) => (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)
    ? new Date(Date.parse(`${value}Z`) + by * 86_400_000).toISOString().slice(0, 16) : value);
  const definition = JSON.parse(JSON.stringify(given), (_, value) => move(value));
  change(definition);
  return JSON.stringify(definition);
}

// Runs a program to its end.
export function run(command, args, { input = '', env = {}, cwd = top } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env } });
    const said = { stdout: [], stderr: [] };
    child.stdout.on('data', (part) => said.stdout.push(part));
    child.stderr.on('data', (part) => said.stderr.push(part));
    child.stdin.on('error', () => {}); // it may end without reading
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({
      status, signal,
      stdout: Buffer.concat(said.stdout).toString(),
      stderr: Buffer.concat(said.stderr).toString(),
    }));
    child.stdin.end(input);
  });
}

// A data folder with its database.
export class House {
  constructor(dir, database) {
    this.dir = dir;
    this.database = database; // undefined: SQLite in the folder
    this.servers = [];
  }

  get place() {
    return ['--data', this.dir, ...(this.database ? ['--database', this.database] : [])];
  }

  turnout(args, options) {
    return run(program, [...args, ...this.place], options);
  }

  // A command that must do what it was asked.
  async do(args, options) {
    const result = await this.turnout(args, options);
    if (result.status !== 0)
      throw new Error(`turnout ${args.join(' ')}: status ${result.status ?? result.signal}: ${result.stderr}`);
    return result.stdout;
  }

  // Serves; `wrap` is a command line to run it under (strace, prlimit).
  async serve({ listen = '127.0.0.1:0', env = {}, wrap = [] } = {}) {
    const line = [...wrap, program, 'web', '--listen', listen, ...this.place];
    const server = new Server(spawn(line[0], line.slice(1), {
      cwd: top, env: { ...process.env, TURNOUT_WEB_ROBOTS: 'off', ...env }, stdio: ['ignore', 'pipe', 'pipe'],
    }), wrap.length > 0);
    this.servers.push(server);
    await server.ready;
    return server;
  }

  // Rows of a question to the database, past turnout; values as text.
  async query(sql) {
    if (this.database)
      return postgresQuery(this.database, sql);
    const { DatabaseSync } = await import('node:sqlite');
    const db = new DatabaseSync(join(this.dir, 'turnout.db'), { readOnly: true });
    try {
      const statement = db.prepare(sql);
      statement.setReadBigInts(true);
      return statement.all().map((row) => Object.values(row).map(textOf));
    } finally {
      db.close();
    }
  }

  async close() {
    await Promise.all(this.servers.map((server) => server.kill()));
    rmSync(this.dir, { recursive: true, force: true });
  }
}

const textOf = (value) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value === null ? '' : String(value));

// An empty data folder and, for PostgreSQL, an empty database.
export async function emptyHouse(engine, cluster) {
  const dir = mkdtempSync(join(tmpdir(), 'turnout-test-'));
  return new House(join(dir, 'data'), engine === 'postgres' ? await newDatabase(cluster) : undefined);
}

// One with an event in it, its first day `ahead` days from now.
export async function openHouse(engine, { definition = example, ahead = 120, cluster } = {}) {
  const house = await emptyHouse(engine, cluster);
  await house.do(['schema', 'init']);
  await house.do(['schema', 'load', definition, ...(ahead === null ? [] : ['--starts', daysAhead(ahead)])]);
  return house;
}

export class Server {
  constructor(child, wrapped = false) {
    this.child = child;
    this.wrapped = wrapped;
    this.log = '';
    this.out = '';
    alive.add(child);
    child.stderr.on('data', (part) => { this.log += part; });
    this.ended = new Promise((resolve) => child.on('close', (status, signal) => {
      alive.delete(child);
      resolve({ status, signal });
    }));
    this.ready = new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no "listening on" in time: ${this.log}`)), startPatience);
      createInterface({ input: child.stdout }).on('line', (line) => {
        this.out += `${line}\n`;
        const [, url] = /^listening on (http\S+)$/.exec(line) ?? [];
        if (url) {
          clearTimeout(late);
          this.url = url;
          resolve(url);
        }
      });
      child.on('error', reject);
      this.ended.then(({ status, signal }) => {
        clearTimeout(late);
        reject(new Error(`the server ended (${status ?? signal}): ${this.log}`));
      });
    });
    this.ready.catch(() => {}); // who waits for it hears of it
  }

  get port() {
    return Number(new URL(this.url).port);
  }

  // The server's own process, under whatever it runs.
  get pid() {
    return this.wrapped
      ? Number(readFileSync(`/proc/${this.child.pid}/task/${this.child.pid}/children`, 'utf8').split(' ')[0])
      : this.child.pid;
  }

  signal(name) {
    if (this.child.exitCode === null && this.child.signalCode === null)
      process.kill(this.pid, name);
    return this.ended;
  }

  // As the power cut does.
  kill() {
    return this.signal('SIGKILL');
  }

  stop() {
    return this.signal('SIGTERM');
  }
}

// A long-running `turnout checkin`: say(line) gives the line that it answers, or null when it ended.
export class Scanner {
  constructor(house, args) {
    this.child = spawn(program, ['checkin', ...args, ...house.place], { stdio: ['pipe', 'pipe', 'pipe'] });
    alive.add(this.child);
    this.log = '';
    this.waiting = [];
    this.child.stderr.on('data', (part) => { this.log += part; });
    this.child.stdin.on('error', () => {});
    createInterface({ input: this.child.stdout }).on('line', (line) => this.waiting.shift()?.(line));
    this.ended = new Promise((resolve) => this.child.on('close', (status, signal) => {
      alive.delete(this.child);
      this.over = true;
      this.waiting.splice(0).forEach((done) => done(null));
      resolve({ status, signal });
    }));
  }

  say(line) {
    if (this.over)
      return Promise.resolve(null);
    const answer = new Promise((resolve) => this.waiting.push(resolve));
    this.child.stdin.write(`${line}\n`);
    return answer;
  }

  close() {
    this.child.stdin.end();
    return this.ended;
  }
}
