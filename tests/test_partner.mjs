// With whom a name and contact are shared: named on the form and in what is kept, on both engines.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Home } from './lib/home.mjs';
import { faultsOf } from './lib/html.mjs';
import { engines } from './lib/turnout.mjs';
import { Visitor, readForm, unescape, valueOf } from './lib/visitor.mjs';

const north = { region: '1', name: { en: 'North Network', es: 'Red del Norte' } };
const bay = { region: '3', name: { en: 'Bay Network' } };
const rest = { name: { en: 'Everywhere Else' } };
const change = (partners) => (definition) => { definition.title.es = 'Pocos lugares'; definition.partners = partners; };
const path = '/e/few-places/register';

for (const engine of engines) {
  describe(engine, { concurrency: false }, () => {
    let home;
    before(async () => { home = await Home.open(engine, { change: change([north, bay]) }); });
    after(async () => { await home?.close(); });

    const bare = (text) => unescape(text).replace(/[\u2066-\u2069]/g, '');
    const boxOf = (html) => {
      const found = /<input type="checkbox" name="share_regional"([^>]*)><span>([^<]*)<\/span>/.exec(html);
      return found && { text: bare(found[2]), ticked: /checked/.test(found[1]) };
    };
    const kept = async (token) => (await home.house.query(`SELECT c.given, t.words, c.lang FROM consent c JOIN attendee a ON a.id = c.attendee
      LEFT JOIN consent_text t ON t.kind = c.kind AND t.lang = c.lang AND t.version = c.text_version
      WHERE c.kind = 2 AND a.registration = ${BigInt(`0x${token.slice(0, 16)}`)}`)).map(([given, words, lang]) => [given, bare(words), lang]);
    // The page of a definition that was loaded a moment ago.
    const until = async (see) => {
      for (const end = Date.now() + 20_000; ;) {
        const box = boxOf(await home.page(path));
        if (see(box) || Date.now() > end)
          return box;
      }
    };
    const text = 'Share my name and contact with the partner organization of my region (Superior California: North Network; San Francisco Bay Area: Bay Network).';
    const agreed = { share_regional: 'yes', contact: 'email', email: 'ana@example.org' };

    test('the form names each partner, and what was agreed to is kept in those words', async () => {
      assert.deepEqual(boxOf(await home.page(path)), { text, ticked: false });
      const spanish = boxOf(await home.page(path, 'es')).text;
      assert.match(spanish, /aliada de mi región \(California Superior: Red del Norte; [^:]*: Bay Network\)/);
      assert.deepEqual(await faultsOf(await home.page(path)), []);
      const token = await home.register({ name: 'Ana', ...agreed, region: '3' });
      assert.deepEqual(await kept(token), [['1', text, 'en']]);
      assert.match(bare(await home.page(`/t/${token}/data`)), /Bay Network/);
      assert.equal(boxOf(await home.page(`/t/${token}/contact`)).ticked, true);

      const form = await home.visitor.form('few-places', { 'Accept-Language': 'es' });
      const sent = await home.visitor.submit(`${path}?lang=es`, Visitor.fill(form, { name: 'Eva', ...agreed, region: '1', option: 'b', age_band: 'adult', photo: 'no' }));
      assert.deepEqual(await kept(/\/t\/([\w-]+)/.exec(sent.headers.location)[1]), [['1', spanish, 'es']]);
    });

    test('in a region that has no partner nothing is shared', async () => {
      const token = await home.register({ name: 'Ben', ...agreed, region: '5' });
      assert.deepEqual(await kept(token), []);
      const moved = await home.register({ name: 'Bea', ...agreed, region: '3' });
      assert.equal((await home.send(`/t/${moved}/contact`, { region: '5' })).status, 303);
      assert.deepEqual((await kept(moved)).map(([given]) => given), ['0']);
    });

    test('who agreed to one organization has not agreed to the next', async () => {
      const stays = await home.register({ name: 'Stays', ...agreed, region: '3' });
      const renews = await home.register({ name: 'Renews', ...agreed, region: '3' });
      const open = await home.visitor.form('few-places');
      const openContact = await home.form(`/t/${stays}/contact`);
      await home.load(change([{ region: '3', name: { en: 'Other Network' } }, rest]));
      const box = await until(({ text: now }) => /Other/.test(now));
      assert.match(box.text, /Other Network; all other regions: Everywhere Else/);

      // a form that was open meanwhile comes back, with all but that tick
      const old = await home.visitor.submit(path, Visitor.fill(open, { name: 'Old Form', ...agreed, region: '3', option: 'b', age_band: 'adult', photo: 'no' }));
      assert.equal(old.status, 409);
      assert.equal(boxOf(old.text).ticked, false);
      const again = readForm(old.text, ({ fields }) => fields.some(([name]) => name === 'submission'));
      assert.equal(valueOf(again.fields, 'name'), 'Old Form');
      assert.equal((await home.visitor.submit(`/t/${stays}/contact`, openContact.fields)).status, 409);
      assert.deepEqual((await kept(stays)).map(([given, words]) => [given, words]), [['1', text]], 'nothing was changed');

      const contact = boxOf(await home.page(`/t/${renews}/contact`));
      assert.deepEqual([contact.ticked, /Other Network/.test(contact.text)], [false, true]);
      assert.equal((await home.send(`/t/${renews}/contact`, { share_regional: 'yes' })).status, 303);
      assert.deepEqual(await kept(renews), [['1', box.text, 'en']]);
      assert.equal((await home.send(`/t/${stays}/contact`, {})).status, 303);
      assert.deepEqual((await kept(stays)).map(([given]) => given), ['0']);
    });

    test('one for all is named alone; without one nobody is asked', async () => {
      await home.load(change([rest]));
      assert.equal((await until(({ text: now }) => !/Other/.test(now))).text, 'Share my name and contact with Everywhere Else.');
      await home.load(change([]));
      assert.equal(await until((box) => box === null), null);
      assert.deepEqual(await kept(await home.register({ name: 'Cai', ...agreed, region: '3' })), []);
    });
  });
}
