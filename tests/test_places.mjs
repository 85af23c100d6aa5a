// The waiting list as people see it, over HTTP and without JavaScript, on both engines.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { faultsOf } from './lib/html.mjs';
import { emptyHouse, engines, eventAhead } from './lib/turnout.mjs';
import { Visitor, readForm, tokenOf, valueOf } from './lib/visitor.mjs';

const slug = 'few-places';

const definitionAhead = (capacity) => eventAhead(slug, (definition) => {
  definition.options[0].capacity = capacity;
  definition.title.es = 'Pocos lugares';
});

for (const engine of engines) {
  describe(engine, () => {
    let house, server, visitor, ana, ben;

    const load = async (capacity) => {
      const file = join(house.dir, '..', 'definition.json');
      writeFileSync(file, definitionAhead(capacity));
      await house.do(['schema', 'load', file]);
    };
    const person = (name) => ({ name, contact: 'none', region: '1', option: 'a', age_band: 'adult', photo: 'no' });
    // Within the second of a load the form, and an answer, are asked for once more.
    const again = async (act, done) => {
      for (const until = Date.now() + 20_000; ;) {
        const result = await act();
        if (await done(result) || Date.now() > until)
          return result;
      }
    };
    const register = (name) => again(() => visitor.register(slug, person(name)), ({ status }) => status !== 409);
    const page = async (token, lang = 'en') => (await visitor.get(`/t/${token}`, { 'Accept-Language': lang })).text;
    const place = (html) => readForm(html, ({ action }) => action?.endsWith('/place'));
    const answer = async (token, word) => {
      const form = place(await page(token));
      assert.ok(form, 'the page has something to answer');
      return visitor.submit(form.action, [...form.fields, [word, 'yes']]);
    };

    before(async () => {
      house = await emptyHouse(engine);
      await house.do(['schema', 'init']);
      await load(1);
      server = await house.serve();
      visitor = new Visitor(server.url);
    });
    after(async () => {
      visitor?.close();
      await house?.close();
    });

    test('a full option says that there is a waiting list, and whoever takes it is on it', async () => {
      ana = tokenOf(await register('Ana'));
      const form = (await visitor.get(`/e/${slug}/register`, { 'Accept-Language': 'en' })).text;
      assert.match(form, /Full: join the waiting list/);
      assert.doesNotMatch(form.slice(form.indexOf('value="a"') - 80, form.indexOf('value="a"') + 80), /disabled|checked/);
      const sent = await register('Ben');
      assert.equal(sent.status, 303);
      ben = tokenOf(sent);
      const english = await page(ben), spanish = await page(ben, 'es');
      assert.match(english, /You are number 1 in line/);
      assert.match(spanish, /Es el número 1 de la lista/);
      assert.doesNotMatch(english, /name="confirm"/);
      assert.doesNotMatch(await page(ana), /waiting list/);
      assert.deepEqual(await faultsOf(english), []);
    });

    test('a place that frees is offered on their page, and is theirs when they say so', async () => {
      await load(2);
      const offered = await page(ben);
      assert.match(offered, /A place is free for you/);
      assert.match(offered, /it is kept for you/);
      assert.deepEqual(await faultsOf(offered), []);
      // whoever comes now is behind them
      const cai = tokenOf(await register('Cai'));
      assert.match(await page(cai), /You are number 1 in line/);
      const sent = await again(() => answer(ben, 'confirm'), async () => place(await page(ben)) === null);
      assert.equal(sent.status, 303);
      assert.equal(sent.headers.location, `/t/${ben}`);
      assert.equal(place(await page(ben)), null, 'nothing is left to answer');

      assert.equal((await answer(cai, 'leave')).status, 303);
      assert.match(await page(cai), /Join the waiting list again/);
      assert.equal((await answer(cai, 'rejoin')).status, 303);
      assert.match(await page(cai), /You are number 1 in line/);
      assert.match(await house.do(['schema', 'verify']), /\S/);
    });

    test('a form of somebody else, a false one and a garbled one change nothing', async () => {
      const dee = tokenOf(await register('Dee'));
      const eve = tokenOf(await register('Eve'));
      const form = place(await page(dee));
      const send = (path, changes) => visitor.submit(path, [
        ...form.fields.filter(([name]) => !(name in changes)), ...Object.entries({ leave: 'yes', ...changes }).filter(([, value]) => value !== undefined)]);
      assert.equal((await send(`/t/${eve}/place`, {})).status, 403, "another's proof");
      assert.equal((await send(form.action, { csrf: undefined })).status, 403);
      assert.equal((await send(form.action, { csrf: valueOf(form.fields, 'csrf').replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')) })).status, 403);
      for (const wrong of [{ no: '1' }, { no: '0' }, { no: 'x' }, { no: undefined }, { session: 'nowhere' }, { session: undefined }, { leave: undefined }, { confirm: 'yes' }])
        assert.equal((await send(form.action, wrong)).status, 400, JSON.stringify(wrong));
      assert.equal((await send(form.action.replace(/.\/place$/, '_/place'), {})).status, 404);
      assert.match(await page(dee), /You are number 2 in line/);
      assert.match(await page(eve), /You are number 3 in line/);
    });

    test('the time of an offer begins when a volunteer has told of it', async () => {
      await load(4);
      await house.do(['schema', 'staff', 'add', 'olga', '--role', 'owner', '--password-stdin'], { input: 'violet anchor teapot nine\n' });
      const cookie = { Cookie: (await visitor.submit('/staff/sign-in', { name: 'olga', password: 'violet anchor teapot nine' })).headers['set-cookie'][0].split(';')[0] };
      const offers = async () => (await house.query('SELECT option_offer FROM attendee WHERE option_offer IS NOT NULL ORDER BY option_offer')).map(([time]) => Number(time));
      const before = await offers();
      assert.equal(before.length, 2);
      assert.equal(new Set(before).size, 1, 'nobody was called yet: all have until the event');
      const waiting = async () => Number((await house.query("SELECT count(*) FROM outbox WHERE state = 'call'"))[0][0]);
      const calls = await waiting();
      const now = Math.floor(Date.now() / 1000);
      const mark = async () => {
        const form = readForm((await visitor.get('/staff/calls', cookie)).text, ({ action }) => action === '/staff/calls/done');
        return visitor.submit('/staff/calls/done', form.fields, cookie);
      };
      // others wait there too, whose call is about no offer
      for (let n = 0; n < calls && (await offers())[0] === before[0]; n++)
        assert.equal((await again(mark, async () => (await waiting()) < calls - n)).status, 303);
      const [first, ...rest] = await offers();
      assert.ok(first >= now + 24 * 3600 && first < now + 24 * 3600 + 600, String(first - now));
      assert.deepEqual(rest, before.slice(1), 'the others have the time that they had');
    });
  });
}
