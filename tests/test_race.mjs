// Many at once, over HTTP, on both engines: what is scarce goes to as many as there are, and what is
// sent again counts once.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Device, markOf } from './lib/door.mjs';
import { engines, event, openHouse } from './lib/turnout.mjs';
import { Visitor, tokenOf } from './lib/visitor.mjs';

const slug = 'fifty-seats';
const tally = (values) => Object.fromEntries(
  Object.entries(Object.groupBy(values, String)).map(([value, all]) => [value, all.length]));

for (const engine of engines) {
  describe(engine, () => {
    let house, server, visitor, region;
    let people = 0;

    const person = (option) => ({ name: `Guest ${++people}`, contact: 'none', region, option, age_band: 'adult', photo: 'no' });
    const number = async (sql) => Number((await house.query(sql))[0][0]);

    before(async () => {
      house = await openHouse(engine, { definition: event(slug) });
      server = await house.serve();
      visitor = new Visitor(server.url, { connections: 200 });
      [[region]] = await house.query('SELECT code FROM region ORDER BY no LIMIT 1');
    });
    after(async () => {
      visitor?.close();
      await house?.close();
    });

    // Fetches forms for so many, then sends all at once; the fields that were sent and the answers.
    async function rush(option, clients) {
      const forms = await Promise.all(Array.from({ length: clients }, () => visitor.form(slug)));
      const sent = forms.map((form) => Visitor.fill(form, person(option)));
      const answers = await Promise.all(sent.map((fields) => visitor.submit(`/e/${slug}/register`, fields)));
      return { sent, answers };
    }

    for (const [what, option, taken] of [
      ['of 200 who want one of 50 seats, 50 get one', 'seats', "SELECT taken FROM option WHERE code = 'seats'"],
      ['of 200 who want one of 50 places on the bus, 50 get one', 'bus', "SELECT taken FROM session WHERE code = 'bus-north'"],
    ]) {
      test(what, async () => {
        const { sent, answers } = await rush(option, 200);
        assert.deepEqual(tally(answers.map(({ status }) => status)), { 303: 50, 409: 150 });
        const tokens = answers.map(tokenOf);
        assert.equal(new Set(tokens.filter(Boolean)).size, 50, 'fifty pages of their own');
        assert.equal(await number(taken), 50);
        assert.equal(await number('SELECT count(*) FROM attendee a JOIN option o ON o.event = a.event AND o.no = a.option_no'
          + ` WHERE o.code = '${option}'`), 50);

        // the answers were lost: everybody sends the same once more
        const again = await Promise.all(sent.map((fields) => visitor.submit(`/e/${slug}/register`, fields)));
        assert.deepEqual(again.map(tokenOf), tokens, 'the same page for the same submission');
        assert.equal(await number(taken), 50);
        const pages = await Promise.all(tokens.filter(Boolean).map((token) => visitor.get(`/t/${token}`)));
        assert.deepEqual(tally(pages.map(({ status }) => status)), { 200: 50 });
      });
    }

    test('a form sent twenty times at once is one registration', async () => {
      const fields = Visitor.fill(await visitor.form(slug), person('open'));
      const had = await number('SELECT count(*) FROM registration');
      const answers = await Promise.all(Array.from({ length: 20 }, () => visitor.submit(`/e/${slug}/register`, fields)));
      assert.deepEqual(tally(answers.map(({ status }) => status)), { 303: 20 });
      assert.equal(new Set(answers.map(tokenOf)).size, 1);
      assert.equal(await number('SELECT count(*) FROM registration'), had + 1);
    });

    test('one ticket at fifty scanners is green once, where it counts once', async () => {
      const token = tokenOf(await visitor.register(slug, person('open')));
      const ticket = (await visitor.get(`/t/${token}/1.txt`)).text;
      const [[salt]] = await house.query(`SELECT salt FROM event WHERE slug = '${slug}'`);
      const mark = markOf(Buffer.from(salt, 'hex'), ticket);
      const devices = [];
      while (devices.length < 50)
        devices.push(...await Promise.all(Array.from({ length: 10 }, () => Device.pair(house, visitor, slug, 'lunch'))));

      const answers = await Promise.all(devices.map((device) => device.scan(visitor, mark)));
      assert.deepEqual(tally(answers.map(({ decision, shown }) => `${shown} ${decision}`)), { 'green admit': 1, 'red reject_used': 49 });
      assert.equal(await number('SELECT count(*) FROM presence'), 1);
      assert.equal(await number('SELECT count(*) FROM scan'), 50);

      // each asks again with the same record: the same answers, nothing counted twice
      const again = await Promise.all(answers.map(({ record }, i) => devices[i].scan(visitor, mark, record)));
      assert.deepEqual(again.map(({ decision }) => decision), answers.map(({ decision }) => decision));
      assert.equal(await number('SELECT count(*) FROM scan'), 50);
    });

    test('the record is sound afterwards', async () => {
      const { status, stdout, stderr } = await house.turnout(['schema', 'verify']);
      assert.equal(status, 0, stdout + stderr);
    });
  });
}
