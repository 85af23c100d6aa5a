// Who was deleted and stands in a list that is brought again: a roster by command, a captain's names and files. They don't come
// back without a word, also after an older backup; who registers themselves does. On both engines.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { faultsOf } from './lib/html.mjs';
import { House, daysAhead, engines, openHouse, run, program } from './lib/turnout.mjs';
import { Visitor, readForm, tokenOf } from './lib/visitor.mjs';

const slug = 'immigrant-day-of-action', ahead = 40;

for (const engine of engines) {
  describe(engine, { concurrency: false }, () => {
    let house, server, visitor, top;
    const file = (name, lines) => {
      const path = join(top, 'given', name);
      writeFileSync(path, `${lines.join('\n')}\n`);
      return path;
    };
    const bring = async (lines, more = [], to = house) => {
      const said = await to.turnout(['schema', 'import', file('list.csv', lines), '--event', slug, ...more]);
      assert.equal(said.status, 0, said.stderr);
      return said.stdout;
    };
    const active = async () => Number((await house.query("SELECT count(*) FROM attendee WHERE state = 'active'"))[0][0]);
    const last = async () => Number((await house.query('SELECT max(no) FROM attendee'))[0][0]);
    const erase = (no) => house.do(['schema', 'erase', String(no), '--event', slug]);
    const header = 'name,email,phone,delegation,region,option';
    let code;
    const list = () => [header, 'Ana Núñez,ana@example.org,,,1,general', 'Ben Ortiz,,916 555 0101,,1,general', `Cleo Paz,,,${code},,general`, 'Dora Luz,,,,2,general',
      'Eva Rey,casa@example.org,,,1,general', 'Fito Rey,casa@example.org,,,1,general'];

    before(async () => {
      house = await openHouse(engine, { ahead });
      top = dirname(house.dir);
      mkdirSync(join(top, 'given'));
      [[code]] = await house.query('SELECT code FROM delegation ORDER BY no LIMIT 1');
      server = await house.serve();
      visitor = new Visitor(server.url);
    });
    after(async () => {
      visitor?.close();
      await house?.close();
    });

    test('a list brought again leaves out who was deleted, by line and not by name, however it is written', async () => {
      assert.match(await bring(list()), /^6 registered, 0 were/);
      await house.do(['schema', 'backup', join(top, 'early.db')]);
      for (const no of [1, 2, 3, 4, 5])
        await erase(no);
      assert.equal(await active(), 1);
      const told = await bring(list());
      assert.match(told, /^0 registered, 1 were registered before\n5 rows are of people who were deleted, and left out: line 2, 3, 4, 5, 6\./);
      assert.doesNotMatch(told, /Ana|Ben|Cleo|example/);
      // another column, another spelling, another telephone's form, another address of the same mailbox's people
      assert.match(await bring(['name,email,phone,delegation,region,option,access_text', 'ANA NUNEZ,Ana@Example.org,,,1,general,x', 'ben ortiz,,+1 (916) 555-0101,,2,general,x',
        `Cleo  Paz,cleo@example.org,,${code},,general,x`, 'dora luz,,,,2,general,x', 'EVA REY,casa@example.org,,,1,general,x', 'Someone Else,ana@example.org,,,1,general,x']),
      /^0 registered, 0 were registered before\n6 rows/);
      // other people are let in: of the same name elsewhere, or of an address that somebody has
      assert.match(await bring([header, 'Ana Núñez,another@example.org,,,1,general', 'Dora Luz,,,,3,general', 'Gil Rey,casa@example.org,,,1,general']), /^3 registered, 0 were registered before\n$/);
      assert.match(await bring(list(), ['--dry-run']), /^dry run: 0 registered, 1 were registered before\n5 rows/);
      assert.equal(await active(), 4);
    });

    test('a reference is known again, whatever stands beside it', async () => {
      assert.match(await bring(['ref,name,region,option', 'x1,Hugo Sol,1,general']), /^1 registered/);
      await erase(await last());
      assert.match(await bring(['ref,name,region,option', 'x1,Ugo Sole,2,general']), /^0 registered[^]*line 2\./);
      assert.match(await bring(['ref,name,region,option', 'x1,Ugo Sole,2,general'], ['--agreed-anew']), /^1 registered, 0 were registered before\n$/);
      assert.match(await bring(['ref,name,region,option', 'x1,Ugo Sole,2,general']), /^0 registered, 1 were registered before\n$/);
      assert.match((await house.query("SELECT detail FROM audit WHERE act = 'import.anew'")).join(), /^1 people/);
      await erase(await last());
      assert.match(await bring(['ref,name,region,option', 'x1,Ugo Sole,2,general']), /line 2\./);
    });

    test('who registers themselves is in again, and is still no row of a list', async () => {
      const answer = await visitor.register(slug, { name: 'Ana Núñez', contact: 'email', email: 'ana@example.org', region: '1', option: 'general', age_band: 'adult', photo: 'no' });
      assert.equal(answer.status, 303);
      assert.match(await bring(list()), /line 2, 3, 4, 5, 6\./);
      // and deleted by themselves, for good
      const path = `/t/${tokenOf(answer)}/delete`;
      const form = readForm((await visitor.get(path)).text, ({ method }) => method === 'post');
      assert.equal((await visitor.submit(form.action, Visitor.fill(form.fields, { sure: 'yes' }))).status, 303);
      assert.match(await bring(list()), /line 2, 3, 4, 5, 6\./);
    });

    test('whom a hold only hides stays out as well', async () => {
      await bring([header, 'Held Person,held@example.org,,,1,general']);
      const no = await last();
      const [, hold] = /^hold (\w{16})/.exec(await house.do(['schema', 'hold', 'add', '--event', slug, '--person', String(no), '--reason', 'Case']));
      assert.match(await erase(no), /^hidden/);
      assert.match(await bring(['name,email,region,option', 'held person,held@example.org,1,general']), /line 2\./);
      await house.do(['schema', 'hold', 'release', hold]);
      assert.match(await bring([header, 'Held Person,held@example.org,,,1,general']), /line 2\./);
    });

    test('a list and a deletion at once: whoever was deleted is out, whichever was first', async () => {
      for (let i = 0; i < 6; i++) {
        const lines = ['name,email,region,option', `Race ${i},race${i}@example.org,1,general`];
        await bring(lines);
        const no = await last(), before = await active();
        const path = file(`race-${i}.csv`, lines);
        const both = await Promise.all([erase(no), run(program, ['schema', 'import', path, '--event', slug, ...house.place])]);
        assert.equal(both[1].status, 0, both[1].stderr);
        assert.match(both[1].stdout, /^0 registered/);
        assert.equal(await active(), before - 1);
      }
    });

    test('a list that is wrong changes nothing, and what was left out isn’t known better for it', async () => {
      const before = await active();
      const said = await house.turnout(['schema', 'import', file('wrong.csv', [...list(), 'Nobody,no address,,,1,general']), '--event', slug, '--agreed-anew']);
      assert.equal(said.status, 2);
      assert.equal(await active(), before);
      assert.match(await bring(list()), /line 2, 3, 4, 5, 6\./);
    });

    test('a captain’s list asks, and only of their own group', async () => {
      const found = async (org) => {
        const form = readForm((await visitor.get(`/e/${slug}/delegation`)).text, ({ action }) => action.endsWith('/delegation'));
        const answer = await visitor.submit(form.action, Visitor.fill(form.fields, { org, region: '1', expected: '5', name: `Captain of ${org}`, phone: '916 555 0100', option: 'general' }));
        assert.equal(answer.status, 303, answer.text.slice(-900));
        return answer.headers.location.split('?')[0];
      };
      const add = async (home, names) => {
        const fields = Object.fromEntries(readForm((await visitor.get(home)).text, ({ action }) => action.endsWith('/add')).fields), cut = 'turnout-test';
        const body = Object.entries({ ...fields, names }).map(([name, value]) => `--${cut}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`).join('') + `--${cut}--\r\n`;
        return visitor.request('POST', `${home}/add`, { body, headers: { Origin: server.url, 'Content-Type': `multipart/form-data; boundary=${cut}` } });
      };
      const members = async (home) => [...(await visitor.get(home)).text.matchAll(/href="\/g\/[^"]+\/(\d+)"><bdi>([^<]*)/g)];
      const [home, other] = [await found('One'), await found('Other')];
      assert.equal((await add(home, 'Iris Mar\nJan Río')).status, 303);
      const [, no] = (await members(home)).find(([, , name]) => name === 'Iris Mar');
      const { fields } = readForm((await visitor.get(home)).text, ({ action }) => action === home || action.endsWith('/add'));
      await visitor.submit(home, { csrf: fields.find(([name]) => name === 'csrf')[1], no, erase: 'yes' });
      const asked = await add(home, 'iris mar\nKai Sol');
      assert.equal(asked.status, 200, 'asked first');
      assert.deepEqual(await faultsOf(asked.text), []);
      assert.match(asked.text, /Somebody of this name was deleted from this group/);
      assert.equal((await add(other, 'Iris Mar')).status, 303, 'another group knows nothing of it');
      // left out, when nothing is said
      const form = readForm(asked.text, ({ action }) => action.endsWith('/rows'));
      const left = await visitor.submit(form.action, [...form.fields, ['save', 'yes']]);
      assert.match(left.headers.location, /done=added$/);
      assert.deepEqual((await members(home)).map(([, , name]) => name).sort(), ['Captain of One', 'Jan Río', 'Kai Sol']);
      // deleted while the page was open
      const late = await add(home, 'Kai Sol\nLea Paz\nMia Luz');
      const [, kai] = (await members(home)).find(([, , name]) => name === 'Kai Sol');
      await visitor.submit(home, { csrf: fields.find(([name]) => name === 'csrf')[1], no: kai, erase: 'yes' });
      const rows = readForm(late.text, ({ action }) => action.endsWith('/rows'));
      const another = rows.fields.map(([name, value]) => [name, value]);
      assert.match((await visitor.submit(rows.action, [...another, ['r0_another', 'yes'], ['save', 'yes']])).headers.location, /done=added$/);
      assert.ok(!(await members(home)).some(([, , name]) => name === 'Kai Sol'), 'whoever they are, they were deleted');
      // and in, when they agreed anew
      const again = readForm((await add(home, 'Iris Mar')).text, ({ action }) => action.endsWith('/rows'));
      const ticked = await visitor.submit(again.action, [...again.fields, ['r0_anew', 'yes'], ['check', 'yes']]);
      assert.match(ticked.text, /name="r0_anew" value="yes" checked/);
      const sure = readForm(ticked.text, ({ action }) => action.endsWith('/rows'));
      assert.match((await visitor.submit(sure.action, [...sure.fields, ['save', 'yes']])).headers.location, /done=added$/);
      assert.ok((await members(home)).some(([, , name]) => name === 'Iris Mar'));
    });

    test('an older backup knows it too, also of who came after it', async () => {
      await bring([header, 'Late Comer,late@example.org,,,1,general']);
      await erase(await last());
      const back = new House(join(top, 'back'));
      await back.do(['schema', 'restore', join(top, 'early.db'), '--keys', join(house.dir, 'keys')]);
      assert.match(await bring([...list(), 'Late Comer,late@example.org,,,1,general'], [], back), /^0 registered, 1 were registered before\n6 rows[^]*line 2, 3, 4, 5, 6, 8\./);
      assert.match(await back.do(['schema', 'verify']), /./);
    });

    test('when the people are counts nothing is kept of it', async () => {
      assert.notEqual((await house.query('SELECT count(*) FROM forgotten'))[0][0], '0');
      await server.stop();
      await house.do(['schema', 'expire', '--now', `${daysAhead(ahead + 40)}T00:00:00Z`]);
      assert.deepEqual(await house.query('SELECT * FROM forgotten'), []);
      assert.match(await house.do(['schema', 'verify']), /./);
    });
  });
}
