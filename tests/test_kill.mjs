// kill -9 at random moments under load, on both engines. The oracle is what was acknowledged, kept
// outside: each of it is there afterwards, once; nothing is oversold; serving again within 2 s.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Device, markOf } from './lib/door.mjs';
import { engines, event, openHouse, sleep } from './lib/turnout.mjs';
import { Cluster } from './lib/postgres.mjs';
import { Visitor, tokenOf, valueOf } from './lib/visitor.mjs';

const slug = 'fifty-seats';
const moments = Number(process.env.TURNOUT_KILLS ?? 20);
const visitors = 12;
const scanners = 4;
const serveAgain = 2000; // ms

// Every acknowledged operation, on disk, as it was acknowledged.
class Oracle {
  constructor() {
    this.dir = mkdtempSync(join(tmpdir(), 'turnout-oracle-'));
    this.file = join(this.dir, 'acknowledged');
    appendFileSync(this.file, '');
  }

  note(entry) {
    appendFileSync(this.file, `${JSON.stringify(entry)}\n`);
  }

  read() {
    return readFileSync(this.file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
  }

  close() {
    rmSync(this.dir, { recursive: true });
  }
}

class Load {
  constructor(house, oracle, region, salt) {
    Object.assign(this, { house, oracle, region, salt, answered: {}, sent: new Map(), unanswered: [], people: 0, tickets: [] });
  }

  // One who registers again and again; an answer that never came is remembered.
  async visit(visitor) {
    while (!this.over) {
      const n = ++this.people;
      const answers = { name: `Guest ${n}`, contact: 'none', region: this.region, age_band: 'adult', photo: 'no',
        option: n % 4 === 0 ? 'seats' : n % 4 === 1 ? 'bus' : 'open' };
      let fields;
      try {
        fields = Visitor.fill(await visitor.form(slug), answers);
        this.sent.set(valueOf(fields, 'submission'), fields);
        this.take(fields, await visitor.submit(`/e/${slug}/register`, fields));
      } catch (error) {
        if (!this.over)
          throw error;
        if (fields)
          this.unanswered.push(fields);
        return;
      }
    }
  }

  take(fields, answer) {
    const submission = valueOf(fields, 'submission');
    if (answer.status === 303) {
      this.oracle.note({ registered: submission, token: tokenOf(answer) });
      this.answered.registered++;
      this.tickets.push(tokenOf(answer));
    } else if (answer.status === 409) {
      this.oracle.note({ full: submission });
    } else {
      throw new Error(`a registration was answered ${answer.status}`);
    }
  }

  async scan(visitor, device) {
    while (!this.over) {
      try {
        const token = this.tickets[randomInt(Math.max(1, this.tickets.length))];
        if (!token) {
          await sleep(5);
          continue;
        }
        const mark = markOf(this.salt, (await visitor.get(`/t/${token}/1.txt`)).text);
        const { status, decision, record } = await device.scan(visitor, mark);
        assert.equal(status, 200);
        this.answered.scanned++;
        this.oracle.note({ scanned: `${record.device} ${record.epoch} ${record.seq}`, decision });
      } catch (error) {
        if (!this.over)
          throw error;
        return;
      }
    }
  }

  // Load until `end` has pulled the plug.
  async run(url, devices, end) {
    const visitor = new Visitor(url);
    this.over = false;
    this.answered = { registered: 0, scanned: 0 };
    const all = Promise.all([
      ...Array.from({ length: visitors }, () => this.visit(visitor)),
      ...devices.map((device) => this.scan(visitor, device)),
    ]);
    const plug = end(() => { this.over = true; });
    await Promise.all([all, plug]);
    visitor.close();
  }

  // Waits for a random moment of the load: not before it is under way.
  async someMoment() {
    await sleep(randomInt(50, 500));
    const begin = performance.now();
    while (!this.answered.registered || !this.answered.scanned) {
      assert.ok(performance.now() - begin < 20_000, 'the load gets answers');
      await sleep(2);
    }
    await sleep(randomInt(100));
  }

  // Those who never got an answer press the button once more.
  async askAgain(visitor) {
    const again = this.unanswered.splice(0);
    const answers = await Promise.all(again.map((fields) => visitor.submit(`/e/${slug}/register`, fields)));
    answers.forEach((answer, i) => this.take(again[i], answer));
  }
}

const hexOf64 = (number) => BigInt.asUintN(64, BigInt(number)).toString(16).padStart(16, '0');
const hexOfSubmission = (text) => Buffer.from(text, 'base64url').toString('hex');
const sorted = (values) => [...values].sort();

// What the record holds, against what was acknowledged.
async function compare(house, load) {
  const acknowledged = load.oracle.read();
  const registered = acknowledged.filter((each) => each.registered);
  const rows = (await house.query('SELECT submission FROM registration')).map(([submission]) => submission);
  assert.equal(new Set(rows).size, rows.length, 'no submission twice');
  const kept = new Set(rows);
  for (const { registered: submission } of registered)
    assert.ok(kept.has(hexOfSubmission(submission)), 'an acknowledged registration is there');
  assert.deepEqual(sorted(kept), sorted(new Set(registered.map((each) => hexOfSubmission(each.registered)))),
    'nobody is there who was not told so, once the unanswered had asked again');

  const scans = new Map((await house.query('SELECT device, epoch, seq, decision FROM scan WHERE rev = 0'))
    .map(([device, epoch, seq, decision]) => [`${hexOf64(device)} ${hexOf64(epoch)} ${seq}`, decision]));
  for (const { scanned, decision } of acknowledged.filter((each) => each.scanned))
    assert.equal(scans.get(scanned), decision, 'an acknowledged scan is in the log, as it was shown');

  const [[attendees]] = await house.query('SELECT count(*) FROM attendee');
  assert.equal(Number(attendees), rows.length, 'one person each');
  for (const [what, sql] of [
    ['seats', "SELECT o.taken, (SELECT count(*) FROM attendee a WHERE a.option_no = o.no) FROM option o WHERE o.code = 'seats'"],
    ['the bus', "SELECT s.taken, (SELECT count(*) FROM attendee a JOIN option o ON o.no = a.option_no WHERE o.code = 'bus') FROM session s WHERE s.code = 'bus-north'"],
  ]) {
    const [[taken, held]] = await house.query(sql);
    assert.equal(taken, held, `${what}: as many taken as people hold`);
    assert.ok(Number(taken) <= 50, `${what}: not oversold`);
  }
  return { registered: registered.length, scanned: scans.size };
}

for (const engine of engines) {
  describe(engine, () => {
    let house, server, load, oracle, devices, cluster, port;

    before(async () => {
      if (engine === 'postgres')
        cluster = new Cluster(); // its own: it is killed too
      house = await openHouse(engine, { definition: event(slug), cluster });
      server = await house.serve();
      port = server.port;
      oracle = new Oracle();
      const [[region]] = await house.query('SELECT code FROM region ORDER BY no LIMIT 1');
      const [[salt]] = await house.query('SELECT salt FROM event');
      load = new Load(house, oracle, region, Buffer.from(salt, 'hex'));
      const visitor = new Visitor(server.url);
      devices = await Promise.all(Array.from({ length: scanners }, () => Device.pair(house, visitor, slug, 'lunch')));
      visitor.close();
    });
    after(async () => {
      await house?.close();
      cluster?.close();
      oracle?.close();
    });

    // Starts the server where it was; how long until it serves.
    async function serveOnceMore() {
      const begin = performance.now();
      server = await house.serve({ listen: `127.0.0.1:${port}` });
      const visitor = new Visitor(server.url);
      assert.equal((await visitor.get('/healthz')).status, 200);
      const took = performance.now() - begin;
      await load.askAgain(visitor);
      visitor.close();
      return took;
    }

    async function killOnce() {
      await load.run(server.url, devices, async (over) => {
        await load.someMoment();
        over();
        await server.kill();
      });
      return serveOnceMore();
    }

    test(`killed ${moments} times under load, it has lost nothing and serves again at once`, async (t) => {
      const times = [];
      for (let i = 0; i < moments; i++)
        times.push(await killOnce());
      const { registered, scanned } = await compare(house, load);
      t.diagnostic(`${registered} registrations and ${scanned} scans acknowledged; back after at most ${Math.max(...times).toFixed(0)} ms`);
      assert.ok(registered >= moments, 'it was under load');
      assert.ok(scanned >= moments, 'it was under load');
      assert.ok(Math.max(...times) <= serveAgain, `back after ${Math.max(...times).toFixed(0)} ms`);
    });

    test('every acknowledged ticket page answers', async () => {
      const visitor = new Visitor(server.url);
      const tokens = oracle.read().filter((each) => each.token).map(({ token }) => token);
      const answers = await Promise.all([...new Set(tokens)].map((token) => visitor.get(`/t/${token}`)));
      assert.ok(answers.every(({ status }) => status === 200));
      visitor.close();
    });

    test('the roster names everybody once', async () => {
      const roster = await house.do(['report', 'roster', '--event', slug, '--format', 'csv']);
      const names = [...roster.matchAll(/Guest \d+/g)].map(([name]) => name);
      assert.equal(new Set(names).size, names.length);
      const [[attendees]] = await house.query('SELECT count(*) FROM attendee');
      assert.equal(names.length, Number(attendees));
    });

    if (engine === 'postgres')
      test('its PostgreSQL killed under load, nothing acknowledged is lost and it serves again by itself', async (t) => {
        await load.run(server.url, devices, async (over) => {
          await load.someMoment();
          over();
          cluster.stop('immediate');
        });
        cluster.start();
        const visitor = new Visitor(server.url);
        const begin = performance.now();
        while ((await visitor.get('/healthz')).status !== 200 && performance.now() - begin < 10_000)
          await sleep(20);
        const took = performance.now() - begin;
        t.diagnostic(`back ${took.toFixed(0)} ms after PostgreSQL`);
        assert.ok(took <= serveAgain, `back after ${took.toFixed(0)} ms`);
        await load.askAgain(visitor);
        visitor.close();
        await compare(house, load);
      });

    test('the record is sound afterwards', async () => {
      const { status, stdout, stderr } = await house.turnout(['schema', 'verify']);
      assert.equal(status, 0, stdout + stderr);
    });
  });
}
