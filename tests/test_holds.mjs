// Legal holds as an owner has them: set, listed with how many they keep, and released on the page; and by command all that one
// keeps, readable, in a file that nobody else can open. On both engines.
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { laptop, launch, openContext, phone, seriousFindings } from './lib/browser.mjs';
import { faultsOf } from './lib/html.mjs';
import { picture } from './lib/looks.mjs';
import { engines, openHouse } from './lib/turnout.mjs';
import { Visitor, readForm } from './lib/visitor.mjs';

const slug = 'immigrant-day-of-action', password = 'violet anchor teapot nine';

for (const engine of engines) {
  describe(engine, { concurrency: false }, () => {
    let house, server, visitor, cookie, group, top;
    const page = async () => {
      const answer = await visitor.get('/staff/holds', cookie);
      assert.equal(answer.status, 200);
      return answer.text;
    };
    const set = async (answers) => {
      const form = readForm(await page(), ({ action }) => action === '/staff/holds');
      return (await visitor.submit('/staff/holds', Visitor.fill(form.fields, answers), cookie)).headers.location;
    };
    const erase = (no) => house.do(['schema', 'erase', String(no), '--event', slug]);
    const states = async () => (await house.query('SELECT state FROM attendee ORDER BY no')).flat();

    before(async () => {
      house = await openHouse(engine);
      top = dirname(house.dir);
      [[group]] = await house.query('SELECT code FROM delegation ORDER BY no LIMIT 1');
      writeFileSync(join(top, 'list.csv'), ['name,email,region,delegation,option,access,access_text,emergency_name,emergency_phone,keep_informed',
        'Ana Núñez,ana@example.org,1,,general,lift-seat,"Near, the ""door""",Tía Ana,916 555 0101,yes', '=Ben(),ben@example.org,1,,general,,,,,',
        `Cleo Paz,,,${group},general,,,,,`, 'Dora Luz,,2,,general,,,,,'].join('\n'));
      await house.do(['schema', 'import', join(top, 'list.csv'), '--event', slug]);
      await house.do(['schema', 'staff', 'add', 'olga', '--role', 'owner', '--event', slug, '--password-stdin'], { input: `${password}\n` });
      server = await house.serve();
      visitor = new Visitor(server.url);
      cookie = { Cookie: (await visitor.submit('/staff/sign-in', { name: 'olga', password })).headers['set-cookie'][0].split(';')[0] };
    });
    after(async () => {
      visitor?.close();
      await house?.close();
    });

    test('an owner sets holds, sees whom they keep, and why; what makes no sense sets nothing', async () => {
      assert.match(await page(), /There is no hold/);
      for (const [answers, done] of [[{ scope: 'event', reason: ' ' }, 'reason'], [{ scope: 'event', reason: 'x'.repeat(201) }, 'reason'], [{ scope: 'person', person: '99', reason: 'Case 1' }, 'scope'],
        [{ scope: 'person', person: '', reason: 'Case 1' }, 'scope'], [{ scope: 'region:nowhere', reason: 'Case 1' }, 'scope'], [{ scope: 'all', reason: 'Case 1' }, 'scope']])
        assert.equal(await set(answers), `/staff/holds?done=${done}`);
      assert.match(await page(), /There is no hold/);
      assert.equal(await set({ scope: 'person', person: '1', reason: 'Case <12>' }), '/staff/holds?done=set');
      assert.equal(await set({ scope: `delegation:${group}`, reason: 'Case 13' }), '/staff/holds?done=set');
      const html = await page();
      assert.deepEqual(await faultsOf(html), []);
      assert.match(html, /Person number 1<[^]*Case &lt;12&gt;[^]*It keeps 1 person\./);
      await erase(1);
      assert.match(await page(), /It keeps 1 person\.<\/b> 1 of them asked to be deleted/);
      assert.match((await house.query("SELECT who, detail FROM audit WHERE act = 'hold.add' ORDER BY no")).join('\n'), /^olga,hold \w{16}: person 1\nolga,hold \w{16}: delegation 1$/);
      assert.match(readFileSync(join(house.dir, 'keys', 'list'), 'utf8'), /^hold \w{32} \w{16} person 1$/m, 'a restored backup knows it');
    });

    test('what a hold keeps is written out readable, for one reader, and the audit says so', async () => {
      const holds = await house.do(['schema', 'hold', 'list']);
      const idOf = (scope) => new RegExp(`^(\\w{16})\t${slug}\t${scope}`, 'm').exec(holds)[1];
      const take = (id, path, more = []) => house.turnout(['schema', 'hold', 'export', '--hold', id, '--output', path, ...more]);
      const file = join(top, 'one.json');
      const told = await take(idOf('person'), file);
      assert.equal(told.status, 0, told.stderr);
      assert.equal(statSync(file).mode & 0o777, 0o600);
      const { event, hold, people } = JSON.parse(readFileSync(file, 'utf8'));
      assert.deepEqual([event, hold.scope, hold.number, hold.reason, people.length], [slug, 'person', 1, 'Case <12>', 1]);
      const [ana] = people;
      assert.deepEqual([ana.no, ana.name, ana.email, ana.state, ana.asked_to_be_deleted, ana.access, ana.access_text, ana.emergency_name, ana.consents.map(({ kind, given }) => [kind, given])],
        [1, 'Ana Núñez', 'ana@example.org', 'deleted', true, ['lift-seat'], 'Near, the "door"', 'Tía Ana', [['keep_informed', true]]]);
      // nobody else is in it, nothing is written over, and what makes no sense makes no file
      assert.doesNotMatch(readFileSync(file, 'utf8'), /Cleo|Dora|Ben/);
      assert.equal((await take(idOf('person'), file)).status, 2);
      assert.equal((await take('0000000000000001', join(top, 'none.json'))).status, 2);
      assert.equal((await take(idOf('person'), join(top, 'none.pdf'), ['--format', 'pdf'])).status, 2);
      assert.throws(() => statSync(join(top, 'none.json')), /ENOENT/);
      // the whole event as a table
      await set({ scope: 'event', reason: 'Case 14' });
      const all = /^(\w{16})\t\S+\tevent/m.exec(await house.do(['schema', 'hold', 'list']))[1];
      assert.equal((await take(all, join(top, 'all.csv'), ['--format', 'csv'])).status, 0);
      const csv = readFileSync(join(top, 'all.csv'), 'utf8');
      assert.equal(csv.split('\r\n').length, 6);
      assert.match(csv, /^no,state,/);
      assert.match(csv, /"Near, the ""door"""/);
      assert.match(csv, /"'=Ben\(\)"/, 'no formula');
      assert.deepEqual((await house.query("SELECT detail FROM audit WHERE act = 'hold.export' ORDER BY no")).flat().map((detail) => detail.replace(/\w{16}/, '')), ['hold : 1 people', 'hold : 4 people']);
      assert.match(await house.do(['schema', 'verify']), /./);
    });

    test('released, who had asked is deleted, and a hold is released once', async () => {
      const actions = async () => [...(await page()).matchAll(/action="(\/staff\/holds\/\w{16}\/release)"/g)].map(([, action]) => action);
      const release = async (action) => {
        const form = readForm(await page(), ({ method }) => method === 'post');
        return (await visitor.submit(action, form.fields, cookie)).headers.location;
      };
      const all = await actions();
      assert.equal(all.length, 3);
      for (const action of all)
        assert.equal(await release(action), '/staff/holds?done=released');
      assert.equal(await release(all[0]), '/staff/holds?done=was');
      assert.match(await page(), /There is no hold[^]*Released holds[^]*Case 13/);
      await house.do(['schema', 'hold', 'add', '--event', slug, '--person', '4', '--reason', 'Case 15']); // a command settles at once
      assert.equal((await house.query("SELECT count(*) FROM sealed s JOIN attendee a ON a.id = s.owner WHERE a.no = 1"))[0][0], '0');
      assert.deepEqual((await states()), ['deleted', 'active', 'active', 'active']);
    });

    if (engine === 'sqlite')
      test('the page in two languages, light and dark, on a phone and a laptop', async () => {
        await set({ scope: 'region:1', reason: 'Case 16' });
        const browser = await launch();
        for (const [locale, viewport, name] of [['es-MX', phone, 'phone'], ['en-US', laptop, 'laptop']]) {
          const context = await openContext(browser, server.url, { locale, viewport });
          const tab = await context.newPage();
          await tab.goto(`${server.url}/staff/sign-in`);
          await tab.locator('[name="name"]').fill('olga');
          await tab.locator('[name="password"]').fill(password);
          await tab.locator('main button[type="submit"]').click();
          await tab.waitForURL(/\/staff$/);
          await tab.goto(`${server.url}/staff/holds`);
          for (const colorScheme of ['light', 'dark']) {
            await tab.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
            await picture(tab, `holds-${name}-${colorScheme}.png`);
            assert.deepEqual(await seriousFindings(tab), []);
          }
          const wide = await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          assert.ok(wide <= 0, `${name}: ${wide} px too wide`);
          await tab.locator('summary').first().focus();
          await tab.keyboard.press('Enter');
          await tab.locator('article button[type="submit"]').first().click();
          await tab.getByRole('status').waitFor();
          assert.deepEqual(context.foreign, []);
          await context.close();
        }
        await browser.close();
      });
  });
}
