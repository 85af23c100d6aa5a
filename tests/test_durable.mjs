// What "registered" is worth: a flush before each acknowledgement, one flush for many, and no
// acknowledgement when the disk fails. Seen from outside, by strace.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Device, markOf } from './lib/door.mjs';
import { event, openHouse, run, program } from './lib/turnout.mjs';
import { Trace, answers, isFlush } from './lib/trace.mjs';
import { Visitor, tokenOf } from './lib/visitor.mjs';

const slug = 'fifty-seats';
const flushes = ['fsync', 'fdatasync'];
const sends = ['sendto', 'sendmsg', 'write', 'writev'];

describe('durable', () => {
  let house, region;
  let people = 0;

  before(async () => {
    house = await openHouse('sqlite', { definition: event(slug) });
    [[region]] = await house.query('SELECT code FROM region ORDER BY no LIMIT 1');
  });
  after(() => house?.close());

  const person = () => ({ name: `Guest ${++people}`, contact: 'none', region, option: 'open', age_band: 'adult', photo: 'no' });
  const count = async (table) => Number((await house.query(`SELECT count(*) FROM ${table}`))[0][0]);

  // A server under strace while `work` runs.
  async function traced({ calls, faults, at = house }, work) {
    const trace = new Trace(calls, faults);
    try {
      const server = await at.serve(trace);
      const visitor = new Visitor(server.url);
      await work(visitor, server);
      visitor.close();
      await server.kill();
      return trace.read();
    } finally {
      trace.close();
    }
  }

  // The acknowledgements of `status`, each with whether a flush ended since the one before.
  function judge(calls, status) {
    let last = -1;
    return calls.filter(answers(status)).map((ack) => {
      const flushed = calls.some((call) => isFlush(call) && call.began > last && call.ended < ack.began);
      last = ack.began;
      return flushed;
    });
  }

  test('each registration is flushed to disk before it is acknowledged', async () => {
    const calls = await traced({ calls: [...flushes, ...sends] }, async (visitor) => {
      for (let i = 0; i < 12; i++)
        assert.equal((await visitor.register(slug, person())).status, 303);
    });
    assert.deepEqual(judge(calls, 303), Array(12).fill(true));
  });

  test('each online scan is flushed to disk before its colour is told', async () => {
    const calls = await traced({ calls: [...flushes, ...sends] }, async (visitor) => {
      const token = tokenOf(await visitor.register(slug, person()));
      const [[salt]] = await house.query('SELECT salt FROM event');
      const mark = markOf(Buffer.from(salt, 'hex'), (await visitor.get(`/t/${token}/1.txt`)).text);
      const device = await Device.pair(house, visitor, slug, 'conference');
      for (let i = 0; i < 8; i++)
        assert.equal((await device.scan(visitor, mark)).status, 200);
    });
    // each 200 that follows the pairing (201) is a scan's
    const paired = calls.find(answers(201)).began;
    assert.deepEqual(judge(calls.filter(({ began }) => began > paired), 200), Array(8).fill(true));
  });

  async function registerMany(visitor) {
    const forms = await Promise.all(Array.from({ length: 320 }, () => visitor.form(slug)));
    const sent = forms.map((form) => Visitor.fill(form, person()));
    const all = await Promise.all(sent.map((fields) => visitor.submit(`/e/${slug}/register`, fields)));
    assert.ok(all.every(({ status }) => status === 303));
  }

  test('64 at once share their flushes', async (t) => {
    const calls = await traced({ calls: [...flushes, ...sends] }, registerMany);
    const acks = calls.filter(answers(303));
    const during = calls.filter((call) => isFlush(call) && call.began < acks.at(-1).began);
    t.diagnostic(`${acks.length} registrations, ${during.length} flushes`);
    assert.equal(acks.length, 320);
    assert.ok(during.length * 4 <= acks.length, `${during.length} flushes for ${acks.length} registrations`);
  });

  test('on PostgreSQL, 64 at once share their commits', async (t) => {
    const other = await openHouse('postgres', { definition: event(slug) });
    try {
      const calls = await traced({ calls: sends, at: other }, registerMany);
      const acks = calls.filter(answers(303));
      const commits = calls.filter(({ call, args, began }) => /^send/.test(call) && args.includes('COMMIT') && began < acks.at(-1).began);
      t.diagnostic(`${acks.length} registrations, ${commits.length} commits`);
      assert.equal(acks.length, 320);
      assert.ok(commits.length > 0, 'commits are seen');
      assert.ok(commits.length * 4 <= acks.length, `${commits.length} commits for ${acks.length} registrations`);
    } finally {
      await other.close();
    }
  });

  test('when the disk no longer flushes, nothing is acknowledged any more, and nothing is lost after a restart', async () => {
    const acknowledged = [];
    const refused = [];
    const had = await count('registration');
    await traced({ calls: flushes, faults: ['fsync,fdatasync:error=EIO:when=4+'] }, async (visitor, server) => {
      for (let i = 0; i < 10; i++) {
        const fields = Visitor.fill(await visitor.form(slug), person());
        const { status, text, headers } = await visitor.submit(`/e/${slug}/register`, fields);
        if (status === 303) {
          assert.equal(refused.length, 0, 'no acknowledgement after the first refusal');
          acknowledged.push(fields);
        } else {
          assert.equal(status, 503, text);
          assert.ok(headers['retry-after'], 'it says when to try again');
          refused.push(fields);
        }
      }
      assert.equal(server.child.exitCode, null, 'the server lives');
      assert.equal((await visitor.get(`/e/${slug}`)).status, 200, 'and shows its pages');
    });
    assert.ok(acknowledged.length > 0 && refused.length > 0);

    const server = await house.serve();
    const visitor = new Visitor(server.url);
    for (const fields of [...acknowledged, ...refused])
      assert.equal((await visitor.submit(`/e/${slug}/register`, fields)).status, 303);
    assert.equal(await count('registration'), had + 10);
    visitor.close();
    assert.deepEqual(await server.stop(), { status: 0, signal: null });
  });

  test('a full disk is a clear 503, and registration goes on when there is room again', async () => {
    const statuses = [];
    const had = await count('registration');
    await traced({ calls: ['pwrite64'], faults: ['pwrite64:error=ENOSPC:when=20..60'] }, async (visitor, server) => {
      for (let i = 0; i < 200 && !(statuses.includes(503) && statuses.at(-1) === 303); i++) {
        const { status, text } = await visitor.register(slug, person());
        if (status === 503 && !statuses.includes(503))
          assert.match(text, /<h1/, 'a page that a person can read');
        statuses.push(status);
      }
      assert.equal(server.child.exitCode, null, 'the server lives');
    });
    assert.ok(statuses.includes(503), 'the disk was full for a while');
    assert.equal(statuses.at(-1), 303, 'and then it was not');
    assert.deepEqual(statuses.filter((status) => status !== 303 && status !== 503), []);
    assert.equal(await count('registration'), had + statuses.filter((status) => status === 303).length);
  });

  test('a data folder that another server holds is told in one line', async () => {
    const server = await house.serve();
    const { status, stdout, stderr } = await run(program, ['web', '--listen', '127.0.0.1:0', ...house.place]);
    assert.equal(status, 3, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^[^\n]+\n$/);
    assert.match(stderr, new RegExp(String(server.pid)), 'it names the process that holds it');
    assert.deepEqual(await server.stop(), { status: 0, signal: null });
  });

  test('the record is sound afterwards', async () => {
    const { status, stdout, stderr } = await house.turnout(['schema', 'verify']);
    assert.equal(status, 0, stdout + stderr);
  });
});
