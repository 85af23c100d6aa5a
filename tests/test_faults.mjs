// Bad input and bad moments, over HTTP and by command: each is told politely, and changes nothing.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { spoil } from './lib/door.mjs';
import { example, event, openHouse, sleep, Scanner } from './lib/turnout.mjs';
import { Visitor, readForm, tokenOf, valueOf } from './lib/visitor.mjs';

const slug = 'immigrant-day-of-action';

describe('faults', () => {
  let house, server, visitor, region;

  before(async () => {
    house = await openHouse('sqlite');
    server = await house.serve();
    visitor = new Visitor(server.url);
    [[region]] = await house.query('SELECT code FROM region ORDER BY no LIMIT 1');
  });
  after(async () => {
    visitor?.close();
    await house?.close();
  });

  const person = (more = {}) => ({ name: 'Rosa Canto', contact: 'none', region, option: 'general', age_band: 'adult', photo: 'no', ...more });
  const people = async () => Number((await house.query('SELECT count(*) FROM attendee'))[0][0]);
  const form = (headers) => visitor.form(slug, headers);
  const send = (fields, headers) => visitor.submit(`/e/${slug}/register`, fields, headers);

  // A page of an error that a person can read, with the headers of every page.
  function readable(answer, status) {
    assert.equal(answer.status, status, answer.text.slice(0, 300));
    assert.match(answer.headers['content-type'], /^text\/html; ?charset=utf-8/i);
    assert.match(answer.text, /<html[^>]* lang="/);
    assert.match(answer.text, /<h1/);
    assert.match(answer.headers['content-security-policy'], /default-src 'none'/);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  }

  test('a path that is not there is a page with status 404', async () => {
    for (const path of ['/nothing', `/e/${slug}/nothing`, '/e/no-such-event', '/e/no-such-event/register', `/e/${slug}//register`])
      readable(await visitor.get(path), 404);
  });

  test('a wrong method is 405 and says which are right', async () => {
    const answer = await visitor.request('DELETE', `/e/${slug}/register`);
    readable(answer, 405);
    assert.deepEqual(answer.headers.allow.split(/, */).sort(), ['GET', 'HEAD', 'POST']);
    const page = await visitor.submit(`/e/${slug}`, [['a', 'b']]);
    readable(page, 405);
    assert.deepEqual(page.headers.allow.split(/, */).sort(), ['GET', 'HEAD']);
  });

  test('HEAD answers as GET does, without the page', async () => {
    const [get, head] = [await visitor.get(`/e/${slug}`), await visitor.request('HEAD', `/e/${slug}`)];
    assert.equal(head.status, 200);
    assert.equal(head.body.length, 0);
    assert.equal(head.headers['content-length'], get.headers['content-length']);
  });

  test('a body over the bound is 413', async () => {
    const fields = Visitor.fill(await form(), person({ access_text: 'x'.repeat(70 * 1024) }));
    readable(await send(fields), 413);
  });

  test('a false csrf token is 403, from elsewhere too', async () => {
    const had = await people();
    const fields = Visitor.fill(await form(), person());
    const csrf = valueOf(fields, 'csrf');
    const turned = csrf.slice(0, -3) + (csrf.at(-3) === 'A' ? 'B' : 'A') + csrf.slice(-2);
    readable(await send(Visitor.fill(fields, { csrf: turned })), 403);
    readable(await send(Visitor.fill(fields, { csrf: '' })), 403);
    readable(await send(fields.filter(([name]) => name !== 'csrf')), 403);
    const other = valueOf(await form(), 'csrf');
    readable(await send(Visitor.fill(fields, { csrf: other })), 403);
    readable(await send(fields, { Origin: 'https://elsewhere.example' }), 403);
    readable(await send(fields, { Origin: 'null' }), 403);
    assert.equal(await people(), had);
    assert.equal((await send(fields)).status, 303, 'untouched it is good');
  });

  test('a submission that no form made is refused', async () => {
    const had = await people();
    for (const submission of ['', 'x', '!'.repeat(22), 'A'.repeat(23), `${'A'.repeat(21)}B`]) {
      const { status } = await send(Visitor.fill(await form(), person({ submission })));
      assert.ok([400, 403, 422].includes(status), `"${submission}" answers ${status}`);
    }
    assert.equal(await people(), had);
  });

  test('the same submission with other content is 409 and leads to what exists', async () => {
    const fields = Visitor.fill(await form(), person());
    const token = tokenOf(await send(fields));
    const answer = await send(Visitor.fill(fields, { name: 'Somebody else' }));
    readable(answer, 409);
    assert.ok(answer.text.includes(`/t/${token}`), 'the link to what exists');
  });

  test('each wrong field is told beside itself, in Spanish, and nothing typed is lost', async () => {
    const had = await people();
    const typed = person({ name: '   ', contact: 'email', email: 'not an address', phone: '916 555 0100', zip: '9581', option: 'no-such-option',
      region: 'nowhere', access_text: '<b>"ramp" & \'lift\'</b>', age_band: 'ancient' });
    const answer = await send(Visitor.fill(await form({ 'Accept-Language': 'es' }), typed), { 'Accept-Language': 'es' });
    readable(answer, 422);
    assert.match(answer.text, /<html[^>]* lang="es"/);
    for (const field of ['name', 'email', 'option', 'region', 'zip', 'age_band']) {
      const [control] = new RegExp(`<(?:input|select|textarea|fieldset)\\b[^>]*(?:name|id)="${field}"[^>]*>`).exec(answer.text) ?? [''];
      assert.match(answer.text, new RegExp(`id="(?:${field}-fault|fault-${field}|${field}_fault|${field}-error)"`), `a fault beside ${field}: ${control}`);
    }
    assert.ok(!answer.text.includes('<b>"ramp"'), 'what was typed is escaped');
    const kept = readForm(answer.text, ({ fields }) => fields.some(([name]) => name === 'submission')).fields;
    for (const name of ['email', 'phone', 'zip', 'access_text'])
      assert.equal(valueOf(kept, name), typed[name], `${name} is kept`);
    assert.equal(await people(), had);

    const mended = Visitor.fill(kept, person({ zip: '95814', email: '' }));
    assert.equal((await send(mended)).status, 303, 'the page that came back is good to send');
  });

  test('who fills the hidden field, or is too quick, is asked to press again and loses nothing', async () => {
    const careful = await openHouse('sqlite');
    try {
      const other = new Visitor((await careful.serve({ env: { TURNOUT_WEB_ROBOTS: 'on' } })).url);
      const count = async () => Number((await careful.query('SELECT count(*) FROM attendee'))[0][0]);
      const sent = Visitor.fill(await other.form(slug), person({ website: 'https://spam.example', access_text: 'kept' }));
      const answer = await other.submit(`/e/${slug}/register`, sent);
      assert.ok([200, 422].includes(answer.status), `status ${answer.status}`);
      assert.equal(await count(), 0);
      const kept = readForm(answer.text, ({ fields }) => fields.some(([name]) => name === 'submission')).fields;
      assert.equal(valueOf(kept, 'access_text'), 'kept');
      assert.equal(valueOf(kept, 'name'), 'Rosa Canto');
      const again = await other.submit(`/e/${slug}/register`, Visitor.fill(kept, { website: '' }));
      assert.equal(again.status, 303, 'pressed again, it is sent');
      assert.equal(await count(), 1);
      other.close();
    } finally {
      await careful.close();
    }
  });

  test('text that is not UTF-8, or has a NUL, is 400', async () => {
    const fields = new URLSearchParams(Visitor.fill(await form(), person())).toString();
    for (const wrong of ['&phone=%FF%FE', '&phone=a%00b', '&phone=%zz'])
      readable(await visitor.request('POST', `/e/${slug}/register`, {
        headers: { Origin: visitor.url, 'Content-Type': 'application/x-www-form-urlencoded' }, body: fields + wrong }), 400);
  });

  test('a page of a ticket opens only by its own link', async () => {
    const token = tokenOf(await visitor.register(slug, person()));
    readable(await visitor.get(`/t/${token}`), 200);
    readable(await visitor.get(`/t/${token.slice(0, -2)}${token.at(-2) === 'A' ? 'B' : 'A'}${token.at(-1)}`), 404);
    readable(await visitor.get(`/t/${'0'.repeat(16)}-${'A'.repeat(22)}`), 404);
    readable(await visitor.get('/t/x'), 404);
    assert.equal((await visitor.get(`/t/${token}/2.svg`)).status, 404, 'there is one attendee');
    assert.match((await visitor.get(`/t/${token}`)).headers['cache-control'], /no-store/);
  });

  // What a broken client says, straight to the socket; the first line of the answer, '' when it was hung up on.
  const raw = (text) => new Promise((resolve, reject) => {
    const socket = net.connect(server.port, '127.0.0.1', () => socket.write(text));
    let said = '';
    socket.setTimeout(15_000, () => socket.destroy());
    socket.on('data', (part) => { said += part; socket.end(); });
    socket.on('error', () => resolve(''));
    socket.on('close', () => resolve(said.split('\r\n')[0]));
  });

  test('requests that two servers could read differently are refused', async () => {
    const body = 'a=b';
    for (const [what, text] of [
      ['two lengths', `POST /e/${slug}/register HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\n${body}`],
      ['a length and chunks', `POST /e/${slug}/register HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
      ['no host', `GET /e/${slug} HTTP/1.1\r\n\r\n`],
      ['a NUL in the path', `GET /e/${slug}%00x HTTP/1.1\r\nHost: x\r\n\r\n`],
      ['a length that is none', `POST /e/${slug}/register HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n`],
      ['noise', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n'],
    ]) {
      const line = await raw(text);
      assert.ok(line === '' || / 4\d\d /.test(`${line} `), `${what}: "${line}"`);
    }
    assert.equal((await visitor.get(`/e/${slug}`)).status, 200, 'and others are served');
  });

  test('a head without end is refused while others are served', async () => {
    const line = await raw(`GET /e/${slug} HTTP/1.1\r\nHost: x\r\n${`X-Long: ${'y'.repeat(1000)}\r\n`.repeat(200)}`);
    assert.ok(line === '' || / 4\d\d /.test(`${line} `), line);
    assert.equal((await visitor.get(`/e/${slug}`)).status, 200);
  });

  test('at the door, what is no ticket of this event is red and says why', async () => {
    const token = tokenOf(await visitor.register(slug, person()));
    const ticket = (await visitor.get(`/t/${token}/1.txt`)).text.trim();
    const elsewhere = await openHouse('sqlite', { definition: event('fifty-seats') });
    try {
      const there = new Visitor((await elsewhere.serve()).url);
      const theirs = tokenOf(await there.register('fifty-seats', person({ option: 'open' })));
      const foreign = (await there.get(`/t/${theirs}/1.txt`)).text.trim();
      there.close();
      const scanner = new Scanner(house, ['--event', slug, '--session', 'conference', '--json']);
      for (const line of ['hello', 'T1', '9'.repeat(124), spoil(ticket), spoil(ticket, 10), spoil(ticket, 123), foreign]) {
        const answer = JSON.parse(await scanner.say(line) ?? 'null');
        assert.deepEqual([answer?.shown, answer?.decision], ['red', 'reject_signature'], line.slice(0, 12));
      }
      assert.equal(JSON.parse(await scanner.say(ticket)).shown, 'green');
      assert.equal((await scanner.close()).status, 1, 'one was refused');
    } finally {
      await elsewhere.close();
    }
  });

  test('a broken definition changes nothing and names its places', async () => {
    const definition = JSON.parse(readFileSync(example));
    definition.sessions[0].ends = 'yesterday';
    definition.options[0].includes = ['no-such-session'];
    definition.surprise = true;
    const file = join(house.dir, '..', 'broken.json');
    writeFileSync(file, JSON.stringify(definition));
    const [[had]] = await house.query('SELECT edition FROM event');
    const { status, stderr } = await house.turnout(['schema', 'load', file]);
    assert.equal(status, 2, stderr);
    for (const place of ['sessions[0]', 'options[0]', 'surprise'])
      assert.ok(stderr.includes(place), `${place} in: ${stderr}`);
    assert.deepEqual(await house.query('SELECT edition FROM event'), [[had]]);
  });

  test('a broken roster registers nobody and names line and column', async () => {
    const had = await people();
    const file = join(house.dir, '..', 'roster.csv');
    writeFileSync(file, `ref,name,email,region,option,lang\n1,Good Guest,,${region},general,en\n2,,not-an-address,nowhere,general,xx\n`);
    const { status, stderr } = await house.turnout(['schema', 'import', file, '--event', slug]);
    assert.equal(status, 2, stderr);
    assert.match(stderr, /line 3/);
    assert.match(stderr, /region|column/);
    assert.equal(await people(), had);
  });

  test('wrong use is status 2, one line, and what to do', async () => {
    for (const args of [['web', '--no-such-flag'], ['report', 'no-such-report', '--event', slug], ['report', 'attendance', '--event', slug, '--format', 'papyrus']]) {
      const { status, stdout, stderr } = await house.turnout(args);
      assert.equal(status, 2, `${args.join(' ')}: ${stderr}`);
      assert.equal(stdout, '');
      assert.notEqual(stderr.trim(), '');
    }
  });

  test('told to end, it answers what is under way and exits 0', async () => {
    const fields = Visitor.fill(await form(), person());
    const sent = Array.from({ length: 20 }, (_, i) => send(i ? Visitor.fill(fields, { submission: valueOf(fields, 'submission') }) : fields));
    await sleep(5);
    const ended = server.stop();
    const answers = await Promise.allSettled(sent);
    assert.deepEqual(await ended, { status: 0, signal: null });
    for (const { status, value } of answers)
      if (status === 'fulfilled')
        assert.equal(value.status, 303);
    assert.equal(server.out.trim().split('\n').length, 1, 'one line on stdout, ever');
  });
});
