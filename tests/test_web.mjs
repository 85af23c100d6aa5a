// `turnout web` as it is installed: what it prints, whom it refuses, how long it waits, how it stops.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const turnout = join(process.env.TURNOUT_TEST_BUILD ?? join(root, 'build'), 'turnout');
const EVENT = 'immigrant-day-of-action';
const home = mkdtempSync(join(tmpdir(), 'turnout-web-'));
let folders = 0;
const running = new Set();

function makeFolder() {
  const data = join(home, `data-${++folders}`);
  execFileSync(turnout, ['schema', 'init', '--data', data]);
  execFileSync(turnout, ['schema', 'load', join(root, `schema/examples/${EVENT}.json`), '--data', data]);
  return data;
}

// Serves @data; resolves when it says so. `ended` resolves to {code, signal}.
function serve(data, ...options) {
  const child = spawn(turnout, ['web', '--data', data, '--listen', '127.0.0.1:0', ...options]);
  const server = { child, out: '', log: '', url: null };
  running.add(child);
  server.ended = new Promise((resolve) => child.on('close', (code, signal) => {
    running.delete(child);
    resolve({ code, signal });
  }));
  child.stderr.on('data', (bytes) => { server.log += bytes; });
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (bytes) => {
      server.out += bytes;
      const said = /^listening on (\S+)\n/.exec(server.out);
      if (!said || server.url)
        return;
      server.url = said[1];
      server.port = Number(new URL(server.url).port);
      resolve(server);
    });
    child.on('error', reject);
    server.ended.then(() => reject(new Error(`it ended: ${server.log}`)));
  });
}

async function stop(server, signal = 'SIGTERM') {
  server.child.kill(signal);
  return server.ended;
}

// One connection that says @bytes; resolves at its end to all that came.
function talk(port, bytes) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let got = '';
    socket.setEncoding('utf8').on('data', (text) => { got += text; });
    socket.on('close', () => resolve(got));
    socket.on('error', (error) => (error.code === 'ECONNRESET' ? resolve(got) : reject(error)));
  });
}

// How long a connection lives that says @bytes and then @drip each half second.
function lifetime(port, bytes, drip) {
  return new Promise((resolve) => {
    const began = performance.now();
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    const dripping = drip && setInterval(() => socket.write(drip), 500);
    socket.on('error', () => {});
    socket.resume().on('close', () => {
      clearInterval(dripping);
      resolve((performance.now() - began) / 1000);
    });
  });
}

async function openForm(server) {
  const page = await (await fetch(`${server.url}/e/${EVENT}/register`)).text();
  const hidden = (name) => new RegExp(`name="${name}" value="([^"]+)"`).exec(page)[1];
  return new URLSearchParams({ submission: hidden('submission'), csrf: hidden('csrf') });
}

const post = (server, form, headers = {}) =>
  fetch(`${server.url}/e/${EVENT}/register`, { method: 'POST', body: form, headers, redirect: 'manual' });

// What the build takes in as it is.
const AS_THEY_ARE = {
  'zxing_reader.wasm': 'node_modules/zxing-wasm/dist/reader/zxing_reader.wasm',
  'icon-180.png': 'web/door/icon-180.png',
  'icon-192.png': 'web/door/icon-192.png',
  'icon-512.png': 'web/door/icon-512.png',
  'icon.svg': 'web/door/icon.svg',
};

// The answer's bytes as they came: fetch() would unpack them.
function ask(path, encoding, method = 'GET') {
  const asked = request(served.url + path, { method, headers: { 'Accept-Encoding': encoding } });
  return new Promise((resolve, reject) => {
    asked.on('error', reject).on('response', (answer) => {
      const pieces = [];
      answer.on('data', (piece) => pieces.push(piece));
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(pieces) }));
    }).end();
  });
}

const NAME = 'Xochitl-Q7';
const EMAIL = 'xochitl-q7@example.org';

function fillIn(form) {
  const filled = { name: NAME, contact: 'email', email: EMAIL, region: '1', option: 'general', age_band: 'adult', photo: 'no' };
  for (const [name, value] of Object.entries(filled))
    form.set(name, value);
  return form;
}

let served;
let patience;
before(async () => {
  served = await serve(makeFolder(), '--robots', 'off');
  const begin = 'POST /api/v1/door/pair HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n';
  patience = {
    silent: lifetime(served.port, ''),
    header: lifetime(served.port, 'GET / HTTP/1.1\r\nX-Long: ', 'a'),
    body: lifetime(served.port, begin, 'a'),
  };
  patience.idle = lifetime(served.port, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
});
after(() => {
  for (const child of running)
    child.kill('SIGKILL');
  rmSync(home, { recursive: true });
});

test('a registration goes through, and the log says nothing about the person', async () => {
  const answer = await post(served, fillIn(await openForm(served)));
  assert.equal(answer.status, 303, await answer.text());
  const link = answer.headers.get('location');
  assert.match(link, /^\/t\/[\w-]+$/);
  const page = await fetch(new URL(link, served.url));
  assert.equal(page.status, 200);
  assert.match(await page.text(), new RegExp(NAME));
  assert.equal(page.headers.get('cache-control'), 'no-store');
  for (const told of [NAME, EMAIL, link, link.slice(3), '127.0.0.1', 'node'])
    assert.ok(!served.log.includes(told), `${told} is in the log`);
});

test('a form without our token, or from another place, is refused', async () => {
  const form = fillIn(await openForm(served));
  const with_ = (changes) => new URLSearchParams({ ...Object.fromEntries(form), ...changes });
  const csrf = form.get('csrf');
  const other = csrf.slice(0, -1) + (csrf.endsWith('A') ? 'B' : 'A');
  assert.equal((await post(served, with_({ csrf: other }))).status, 403);
  assert.equal((await post(served, with_({ csrf: '' }))).status, 403);
  assert.equal((await post(served, with_({ submission: 'AAAAAAAAAAAAAAAAAAAAAA' }))).status, 403);
  assert.equal((await post(served, with_({ submission: '../../../../etc/passwd' }))).status, 403);
  assert.equal((await post(served, form, { Origin: 'https://elsewhere.example' })).status, 403);
  assert.equal((await post(served, form, { Origin: 'null' })).status, 403);
  const refused = await post(served, form, { Origin: 'https://elsewhere.example' });
  assert.match(await refused.text(), /<h1>/);
  const answer = await post(served, form, { Origin: served.url });
  assert.equal(answer.status, 303);
});

test('a token of long ago is told, with the form kept', async () => {
  const form = fillIn(await openForm(served));
  // the hour is in it, so one with another hour is false and not stale
  form.set('csrf', '00000001' + form.get('csrf').slice(8));
  assert.equal((await post(served, form)).status, 403);
});

test('health is for who is on this machine', async () => {
  const health = await fetch(`${served.url}/healthz`);
  assert.equal(health.status, 200);
  assert.equal((await health.json()).status, 'well');
  assert.equal((await fetch(`${served.url}/healthz`, { headers: { 'X-Forwarded-For': '192.0.2.1' } })).status, 404);
});

test('what a page is made of is kept for ever, under the hash of its content', async () => {
  const page = await (await fetch(`${served.url}/e/${EVENT}`)).text();
  const path = /href="(\/a\/[^"]+\.css)"/.exec(page)[1];
  const sheet = await fetch(served.url + path);
  assert.equal(sheet.status, 200);
  assert.equal(sheet.headers.get('content-type'), 'text/css; charset=utf-8');
  assert.equal(sheet.headers.get('cache-control'), 'public, max-age=31536000, immutable');
  assert.equal(sheet.headers.get('content-encoding'), 'gzip');
  const again = await fetch(served.url + path, { headers: { 'If-None-Match': sheet.headers.get('etag') } });
  assert.equal(again.status, 304);
  assert.equal((await fetch(served.url + path.replace(/[0-9a-f]{16}/, '0000000000000000'))).status, 404);
});

// As the build made them: what the program holds as gzip alone has to come out whole for who takes none.
test('what a page is made of comes whole, packed or not', async () => {
  const made = readFileSync(join(dirname(turnout), 'web/assets_made.c'), 'utf8');
  const paths = [...made.matchAll(/"(\/a\/[^"]+)"/g)].map(([, path]) => path);
  assert.ok(paths.length >= 10);
  let packed = 0;
  for (const path of paths) {
    const plain = await ask(path, 'identity');
    assert.equal(plain.status, 200, path);
    assert.equal(plain.headers['content-encoding'], undefined);
    assert.equal(Number(plain.headers['content-length']), plain.body.length);
    const [, , hash, name] = path.split('/');
    assert.equal(createHash('sha256').update(plain.body).digest('hex').slice(0, 16), hash, name);
    assert.equal(plain.headers.etag, `"${hash}"`);
    if (AS_THEY_ARE[name])
      assert.ok(plain.body.equals(readFileSync(join(root, AS_THEY_ARE[name]))), name);

    const small = await ask(path, 'gzip');
    assert.equal(small.headers.etag, plain.headers.etag);
    assert.equal(small.headers.vary, 'Accept-Encoding');
    assert.equal(Number(small.headers['content-length']), small.body.length);
    if (small.headers['content-encoding'] === 'gzip') {
      assert.ok(gunzipSync(small.body).equals(plain.body), name);
      packed++;
    } else {
      assert.ok(small.body.equals(plain.body), name);
    }

    for (const [encoding, { headers }] of [['identity', plain], ['gzip', small]]) {
      const head = await ask(path, encoding, 'HEAD');
      assert.equal(head.status, 200);
      assert.equal(head.body.length, 0);
      for (const each of ['content-length', 'content-type', 'content-encoding', 'etag'])
        assert.equal(head.headers[each], headers[each], `${name}: ${each}`);
    }
  }
  assert.ok(packed >= 6);
});

test('a folder that is served is not served twice', async () => {
  const data = makeFolder();
  const first = await serve(data);
  const second = spawn(turnout, ['web', '--data', data, '--listen', '127.0.0.1:0']);
  let said = '';
  second.stderr.on('data', (bytes) => { said += bytes; });
  const code = await new Promise((resolve) => second.on('close', resolve));
  assert.equal(code, 3);
  assert.match(said, /^turnout: [^\n]+\n$/);
  assert.deepEqual(await stop(first), { code: 0, signal: null });
});

test('it says where it listens, and nothing else, and ends in peace', async () => {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    const server = await serve(makeFolder());
    assert.equal((await fetch(server.url)).status, 200);
    const began = performance.now();
    assert.deepEqual(await stop(server, signal), { code: 0, signal: null });
    assert.equal(server.out, `listening on ${server.url}\n`);
    assert.ok(performance.now() - began < 3000);
  }
});

test('it listens where it is told, on IPv6 too, and says so when it cannot', async () => {
  const server = await serve(makeFolder(), '--listen', '[::1]:0');
  assert.match(server.url, /^http:\/\/\[::1\]:\d+$/);
  assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
  const { status, stderr } = spawnSync(turnout, ['web', '--data', makeFolder(), '--listen', `[::1]:${server.port}`],
    { encoding: 'utf8', timeout: 10000 });
  assert.equal(status, 3);
  assert.match(stderr, /^turnout: cannot listen on [^\n]*--listen\n$/m);
  assert.deepEqual(await stop(server), { code: 0, signal: null });
});

test('a language that was chosen is remembered, also when the form is sent to switch it', async () => {
  const form = fillIn(await openForm(served));
  form.set('switch', 'es');
  const answer = await fetch(`${served.url}/e/${EVENT}/register?lang=es`, { method: 'POST', body: form, redirect: 'manual' });
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('set-cookie'), /^lang=es; Path=\/; Max-Age=\d+; SameSite=Lax; HttpOnly$/);
  const text = await answer.text();
  assert.match(text, /<html lang="es"/);
  assert.match(text, new RegExp(NAME));
  const next = await fetch(`${served.url}/e/${EVENT}`, { headers: { Cookie: 'lang=es' } });
  assert.equal(next.headers.get('content-language'), 'es');
});

test('wrong use is told in one line', async () => {
  const wrong = [['--listen', 'nowhere'], ['--listen', '127.0.0.1:0', 'word'], ['--tls-cert', '/dev/null'], ['--public-url', 'example.org']];
  for (const words of wrong) {
    const child = spawn(turnout, ['web', '--data', served.child.spawnargs[3], ...words]);
    let said = '';
    child.stderr.on('data', (bytes) => { said += bytes; });
    const code = await new Promise((resolve) => child.on('close', resolve));
    assert.equal(code, 2, words.join(' '));
    assert.match(said, /^turnout: [^\n]+\n$/);
  }
});

// A visitor sends registrations on one connection, one after the other, until told to close.
async function prepareForms(server, count) {
  const forms = [];
  for (let i = 0; i < count; i++)
    forms.push(fillIn(await openForm(server)).toString());
  return forms;
}

async function sendForms(server, forms, counts) {
  const socket = connect(server.port, '127.0.0.1');
  let got = '', wake = () => {};
  let closed = false;
  socket.setEncoding('utf8').on('data', (text) => { got += text; wake(); });
  socket.on('error', () => {}).on('close', () => { closed = true; wake(); });
  for (const form of forms) {
    if (closed)
      return;
    got = '';
    counts.sent++;
    socket.write(`POST /e/${EVENT}/register HTTP/1.1\r\nHost: x\r\n` +
      `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${form.length}\r\n\r\n${form}`);
    while (!closed && !got.includes('\r\n\r\n'))
      await new Promise((resolve) => { wake = resolve; });
    if (got.startsWith('HTTP/1.1 303'))
      counts.answered++;
    if (/^Connection: close/im.test(got))
      return;
  }
}

test('who sent a form before the server was told to stop gets the answer', async () => {
  const server = await serve(makeFolder(), '--robots', 'off');
  const counts = { sent: 0, answered: 0 };
  const visitors = [];
  for (let i = 0; i < 24; i++)
    visitors.push(await prepareForms(server, 40));
  const sending = visitors.map((forms) => sendForms(server, forms, counts));
  while (counts.sent <= 2 * visitors.length) // all are in the middle of it
    await new Promise((resolve) => setTimeout(resolve, 5));
  server.child.kill('SIGTERM');
  await Promise.all(sending);
  assert.deepEqual(await server.ended, { code: 0, signal: null });
  assert.equal(counts.answered, counts.sent);
});

test('with a certificate it speaks TLS 1.2 and later, and nothing plain', async () => {
  const pair = { key: join(home, 'key.pem'), cert: join(home, 'cert.pem') };
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1',
    '-subj', '/CN=localhost', '-keyout', pair.key, '-out', pair.cert], { stdio: 'ignore' });
  const server = await serve(makeFolder(), '--tls-cert', pair.cert, '--tls-key', pair.key);
  assert.match(server.url, /^https:/);
  const ask = (options) => new Promise((resolve, reject) => {
    const socket = connectTls({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false, ...options },
      () => socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'));
    let got = '';
    const protocol = () => socket.getProtocol();
    let spoken;
    socket.setEncoding('utf8').on('data', (text) => { spoken ??= protocol(); got += text; });
    socket.on('close', () => resolve({ got, spoken })).on('error', reject);
  });
  const { got, spoken } = await ask({});
  assert.equal(spoken, 'TLSv1.3');
  assert.match(got, /^HTTP\/1.1 200/);
  assert.match(got, /Strict-Transport-Security: max-age=\d+/);
  assert.equal((await ask({ maxVersion: 'TLSv1.2' })).spoken, 'TLSv1.2');
  await assert.rejects(ask({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }));
  assert.ok(!(await talk(server.port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')).includes('HTTP/1.1'));
  assert.deepEqual(await stop(server), { code: 0, signal: null });
});

test('its files are for nobody else, and it leaves no core', () => {
  const limits = readFileSync(`/proc/${served.child.pid}/limits`, 'utf8');
  assert.match(limits, /Max core file size\s+0\s+0/);
  const data = served.child.spawnargs[3];
  for (const name of ['.', 'control.sock', 'keys/master'])
    assert.equal(statSync(join(data, name)).mode & 0o077, 0, name);
});

test('it has shut itself in: what it need not write to, it cannot', () => {
  assert.match(served.log, / sandbox=on$/m);
  const status = readFileSync(`/proc/${served.child.pid}/status`, 'utf8');
  assert.match(status, /NoNewPrivs:\s+1/);
  // asked to write a file elsewhere, by a folder of keys that leads out of the data folder
  const data = makeFolder();
  const outside = join(home, 'outside');
  mkdirSync(outside);
  renameSync(join(data, 'keys'), join(outside, 'keys'));
  symlinkSync(join(outside, 'keys'), join(data, 'keys'));
  const { status: code, stderr } = spawnSync(turnout, ['web', '--data', data, '--listen', '127.0.0.1:0'], { encoding: 'utf8', timeout: 10000 });
  assert.notEqual(code, 0);
  assert.match(stderr, /^turnout: [^\n]*[Pp]ermission denied[^\n]*\n$/);
});

test('who says nothing, or ever so slowly, is hung up on', async () => {
  const within = (seconds, from, to) => assert.ok(seconds > from && seconds < to, `${seconds} s`);
  within(await patience.silent, 9.5, 13);
  within(await patience.header, 9.5, 13);
  within(await patience.body, 29, 33);
  within(await patience.idle, 28, 42);
  assert.deepEqual(await stop(served), { code: 0, signal: null });
});
