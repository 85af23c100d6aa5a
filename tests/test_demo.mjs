// ./demo as a newcomer runs it, with the program of this build.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { program, run, top } from './lib/turnout.mjs';
import { Visitor } from './lib/visitor.mjs';

const slug = 'immigrant-day-of-action';
const dir = mkdtempSync(join(tmpdir(), 'turnout-demo-'));
const data = join(dir, 'data');
after(() => rmSync(dir, { recursive: true, force: true }));

// What it said once it serves, and how to end it.
function demo(...words) {
  const child = spawn(join(top, 'demo'), ['--data', data, '--listen', '127.0.0.1:0', ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '', log = '';
  const ended = new Promise((resolve) => child.on('close', (status) => resolve(status)));
  child.stderr.on('data', (part) => { log += part; });
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (part) => {
      said += part;
      if (/^ {2}Ctrl-C ends it\.$/m.test(said))
        resolve({ said, url: /https?:\/\/[\d.:]+/.exec(said)[0], end: (signal) => (child.kill(signal), ended) });
    });
    ended.then((status) => reject(new Error(`ended with ${status}: ${said}${log}`)));
  });
}

test('it serves the example with 1,400 invented people, and says where', async () => {
  const { said, url, end } = await demo();
  assert.match(said, /^1400 registered, 0 /m);
  for (const path of [`/e/${slug}`, `/e/${slug}/register?lang=en`, `/e/${slug}/register?lang=es`]) {
    assert.ok(said.includes(url + path), path);
    assert.equal((await new Visitor(url).get(path)).status, 200, path);
  }
  const [, code] = said.match(/^ {2}pair a phone {6}\S+\/door\/#pair=((?:\w{4}-){3}\w{4})$/m);
  const [, name, password] = said.match(/^ {2}staff {13}\S+\/staff {3}name (\w+), password ([0-9a-f]{24})$/m);
  const visitor = new Visitor(url);
  assert.equal((await visitor.submit('/staff/sign-in', { name, password })).headers.location, '/staff');
  assert.equal((await visitor.json('/api/v1/door/pair', { code, device_name: 'Phone' })).status, 201);
  visitor.close();
  assert.ok(said.includes(`checkin --event ${slug} --session conference --data '${data}'`));
  const report = await run(program, ['report', 'attendance', '--event', slug, '--by', 'session', '--format', 'csv', '--data', data]);
  assert.match(report.stdout, /^conference,1400,0,1400,0,0\r$/m);
  assert.equal(await end('SIGTERM'), 0);
});

test('the event is about four months away and begins on a Tuesday', async () => {
  const { stdout } = await run(program, ['schema', 'export', '--event', slug, '--data', data]);
  const starts = new Date(JSON.parse(stdout).starts.slice(0, 10));
  const days = (starts - Date.now()) / 86_400_000;
  assert.ok(days > 115 && days < 135, `${days} days`);
  assert.equal(starts.getUTCDay(), 2);
});

test('running it again registers nobody twice, and Ctrl-C ends it', async () => {
  const { said, end } = await demo();
  assert.match(said, /^0 registered, 1400 were registered before$/m);
  assert.equal(await end('SIGINT'), 0);
  assert.ok(!existsSync(join(data, 'control.sock')));
});

test('with --tls it speaks HTTPS with a certificate of its own, whose key is its owner\'s only', async () => {
  const { url, said, end } = await demo('--tls');
  assert.match(url, /^https:/);
  assert.match(said, /browsers warn once/);
  assert.equal(statSync(join(data, 'tls', 'key.pem')).mode & 0o077, 0);
  assert.equal(await end('SIGTERM'), 0);
});

test('wrong use is told in one line', async () => {
  const { status, stdout, stderr } = await run(join(top, 'demo'), ['--nonsense']);
  assert.equal(status, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /^usage: [^\n]+\n$/);
});
