// turnout as a service: the unit is one that systemd takes, closes what the design wants closed, and lets the server do all
// that it does. There is no service manager in a test: what it would enforce is compared with what strace sees.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';

import { Trace } from './lib/trace.mjs';
import { build, daysAhead, emptyHouse, engines, example, openHouse, program, run, top } from './lib/turnout.mjs';
import { Visitor, readForm, tokenOf, valueOf } from './lib/visitor.mjs';

const slug = 'immigrant-day-of-action';
const exposure = 2.0; // at most, of systemd-analyze's ten (quality.md)
const unit = readFileSync(join(build, 'web', 'turnout.service'), 'utf8');
const values = (key) => [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value]) => value);

function analyze(...args) {
  const { status, stdout, stderr, error } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
  assert.ok(!error, String(error));
  return { status, stdout, stderr };
}

describe('the unit', () => {
  let dir, file;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'turnout-unit-'));
    file = join(dir, 'turnout.service');
    writeFileSync(file, unit.replace(/^ExecStart=\S+/m, `ExecStart=${program}`)); // it is not installed here
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  test('systemd understands every line of it', () => {
    const { status, stdout, stderr } = analyze('verify', '--man=no', file);
    assert.deepEqual([status, stdout, stderr.split('\n').filter((line) => line.includes('turnout'))], [0, '', []]);
    writeFileSync(join(dir, 'wrong.service'), unit.replace('ProtectHome=', 'ProtektHome='));
    assert.match(analyze('verify', '--man=no', join(dir, 'wrong.service')).stderr, /ProtektHome/, 'it does look');
  });

  test(`it is exposed by no more than ${exposure.toFixed(1)}`, (t) => {
    const { status, stdout, stderr } = analyze('security', '--offline=true', '--no-pager', `--threshold=${exposure * 10}`, file);
    t.diagnostic(/Overall exposure level.*/.exec(stdout)?.[0]);
    assert.equal(status, 0, stdout + stderr);
    assert.ok(Number(/Overall exposure level[^:]*: ([\d.]+)/.exec(stdout)[1]) <= exposure);
  });

  test('it is installed where systemd looks, with its user', () => {
    const listed = JSON.parse(spawnSync('meson', ['introspect', '--installed', build], { encoding: 'utf8' }).stdout);
    const targets = Object.values(listed);
    for (const wanted of [/\/lib\/systemd\/system\/turnout\.service$/, /\/lib\/sysusers\.d\/turnout\.conf$/, /\/man1\/turnout\.1$/])
      assert.ok(targets.some((target) => wanted.test(target)), String(wanted));
    const at = targets.find((target) => /\/bin\/turnout$/.test(target));
    assert.deepEqual(values('ExecStart'), [`${at} web`]);
    const input = readFileSync(join(top, 'web', 'systemd', 'turnout.sysusers'));
    const made = spawnSync('systemd-sysusers', ['--dry-run', `--root=${dir}`, '-'], { encoding: 'utf8', input }); // a machine without users
    assert.equal(made.status, 0, made.stderr);
    assert.match(made.stdout + made.stderr, /Creating user 'turnout'/);
  });
});

// The calls that the unit allows, by systemd's own list of them: what is named is let through, what has a "~" is not.
function allowedCalls() {
  const groups = new Map();
  let current;
  for (const line of analyze('syscall-filter', '--no-pager').stdout.split('\n')) {
    if (/^@/.test(line))
      groups.set(line.trim(), current = []);
    else if (/^ {4}[@\w]/.test(line))
      current?.push(line.trim());
  }
  const callsOf = (name) => (name.startsWith('@') ? groups.get(name).flatMap(callsOf) : [name]);
  const allowed = new Set(callsOf('@default'));
  for (const value of values('SystemCallFilter'))
    for (const call of value.replace('~', '').split(' ').flatMap(callsOf))
      allowed[value.startsWith('~') ? 'delete' : 'add'](call);
  return allowed;
}

for (const engine of engines)
  test(`all that the server asks of the kernel is allowed by the unit, on ${engine}`, async (t) => {
    const allowed = allowedCalls();
    assert.ok(allowed.has('openat') && !allowed.has('mount') && !allowed.has('ptrace'));
    const house = await openHouse(engine, { definition: example });
    const password = 'violet anchor teapot nine';
    await house.do(['schema', 'staff', 'add', 'ada', '--role', 'owner', '--password-stdin'], { input: `${password}\n` });
    const trace = new Trace(['all']);
    try {
      const server = await house.serve({ wrap: trace.wrap.filter((word) => word !== '--seccomp-bpf'),
        env: { ...trace.env, TURNOUT_MAIL_URL: 'smtp://127.0.0.1:9', TURNOUT_MAIL_FROM: 'tickets@example.org' } });
      const visitor = new Visitor(server.url);
      const answer = await visitor.register(slug, { name: 'Somebody', contact: 'email', email: 'somebody@example.org', region: '1', option: 'general', age_band: 'adult', photo: 'no' });
      const token = tokenOf(answer);
      assert.ok(token, answer.text);
      for (const path of ['', '/1.svg', '/1.png', '/1.pdf', '/1.txt', '/event.ics'])
        assert.equal((await visitor.get(`/t/${token}${path}`)).status, 200, path);
      const signed = await visitor.submit('/staff/sign-in', { name: 'ada', password });
      const cookie = { Cookie: signed.headers['set-cookie'][0].split(';')[0] };
      const csrf = valueOf(readForm((await visitor.get('/staff', cookie)).text).fields, 'csrf');
      assert.equal((await visitor.get('/staff/reports/attendance.csv', cookie)).status, 200);
      assert.equal((await visitor.submit('/staff/code', { csrf, password, act: 'start' }, cookie)).status, 200);
      await house.do(['schema', 'load', example, '--starts', daysAhead(120)]);
      await house.do(['schema', 'backup', join(house.dir, '..', 'copy.db')]);
      for (const until = Date.now() + 20_000; !/letter|mail/.test(server.log) && Date.now() < until;)
        await visitor.get('/healthz'); // until the mail server that isn't there was asked for
      visitor.close();
      assert.deepEqual(await server.stop(), { status: 0, signal: null });

      const calls = trace.read();
      const served = calls.findIndex(({ args, call }) => /^(write|sendto)$/.test(call) && args.includes('listening on'));
      assert.ok(served > 0);
      // before main() the sanitizers of this build look at the process itself; as root SQLite gives its files to
      // their owner
      const ours = calls.filter(({ call }, at) => !(call === 'fchown' && process.getuid() === 0) && (at > served || !['ptrace'].includes(call)));
      const names = [...new Set(ours.map(({ call }) => call))].sort();
      t.diagnostic(`${names.length} kinds of calls`);
      assert.ok(names.includes('landlock_restrict_self'), 'its own sandbox is on');
      assert.match(server.log, /sandbox=on/);
      assert.deepEqual(names.filter((name) => !allowed.has(name)), []);
      // MemoryDenyWriteExecute=
      assert.deepEqual(calls.filter(({ call, args }) => /^(mmap|mprotect|pkey_mprotect)$/.test(call) && /PROT_WRITE\|PROT_EXEC/.test(args)), []);
      // RestrictAddressFamilies=
      const families = values('RestrictAddressFamilies').join(' ').split(' ');
      const used = new Set(calls.filter(({ call }) => call === 'socket' || call === 'socketpair').map(({ args }) => args.split(',')[0]));
      assert.deepEqual([...used].filter((family) => !families.includes(family)), []);
    } finally {
      trace.close();
      await house.close();
    }
  });

// What a service manager listens with; each datagram is a line.
const listener = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
name = sys.argv[1]
s.bind(chr(0) + name[1:] if name.startswith('@') else name)
print('bound', flush=True)
while True:
    print(s.recv(4096).decode(), flush=True)
`;

describe('readiness', () => {
  let house;
  before(async () => { house = await openHouse('sqlite'); });
  after(async () => { await house?.close(); });

  for (const [kind, name] of [['a path', (dir) => join(dir, 'notify')], ['a name without a file', () => `@turnout-test-${process.pid}`]])
    test(`the manager hears by ${kind} when it serves and when it stops, and it ends well`, async () => {
      const dir = mkdtempSync(join(tmpdir(), 'turnout-notify-'));
      const address = name(dir);
      const manager = spawn('python3', ['-c', listener, address], { stdio: ['ignore', 'pipe', 'inherit'] });
      const lines = createInterface({ input: manager.stdout })[Symbol.asyncIterator]();
      const next = async () => (await lines.next()).value;
      try {
        assert.equal(await next(), 'bound');
        const server = await house.serve({ env: { NOTIFY_SOCKET: address } });
        assert.equal(await next(), 'READY=1');
        const visitor = new Visitor(server.url);
        assert.equal((await visitor.get('/healthz')).status, 200, 'ready is ready');
        visitor.close();
        const ended = server.stop();
        assert.equal(await next(), 'STOPPING=1');
        assert.deepEqual(await ended, { status: 0, signal: null });
      } finally {
        manager.kill();
        rmSync(dir, { recursive: true, force: true });
      }
    });

  test('a manager that is gone is a line in the log', async () => {
    const server = await house.serve({ env: { NOTIFY_SOCKET: '/nonexistent/notify' } });
    for (const until = Date.now() + 10_000; !/not told READY=1/.test(server.log) && Date.now() < until;)
      await new Promise((done) => setTimeout(done, 20));
    assert.match(server.log, /the service manager was not told READY=1: No such file/);
    assert.deepEqual(await server.stop(), { status: 0, signal: null });
  });
});

test('the secret that wraps the master key is outside the folder, and a copy of the folder opens nothing', async () => {
  const house = await emptyHouse('sqlite');
  const secret = join(house.dir, '..', 'master');
  writeFileSync(secret, 'a secret of forty letters, as a manager has it\n', { mode: 0o400 });
  await house.do(['schema', 'init', '--master-file', secret]);
  await house.do(['schema', 'load', example, '--master-file', secret, '--starts', daysAhead(90)]);
  const env = { TURNOUT_KEYS_MASTER_FILE: secret }; // what the unit sets, %d/master
  assert.match(unit, /^LoadCredential=master:\/etc\/turnout\/master\nEnvironment=TURNOUT_KEYS_MASTER_FILE=%d\/master$/m);
  const server = await house.serve({ env });
  const visitor = new Visitor(server.url);
  assert.equal((await visitor.get('/healthz')).status, 200);
  visitor.close();
  await server.stop();
  const without = await run(program, ['schema', 'verify', ...house.place]);
  assert.notEqual(without.status, 0);
  assert.match(without.stderr, /^turnout: [^\n]*\n$/);
  chmodSync(secret, 0o444);
  const open = await house.turnout(['schema', 'verify'], { env });
  assert.match(open.stderr, /may be read by others: give it mode 0400/);
  await house.close();
});
