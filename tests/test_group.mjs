// What a captain sees of their people and does for them, over HTTP and without JavaScript, on both engines.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Home, again, slug } from './lib/home.mjs';
import { faultsOf } from './lib/html.mjs';
import { engines } from './lib/turnout.mjs';
import { Visitor, readForm, tokenOf, valueOf } from './lib/visitor.mjs';

const question = (code, seen_by, days_kept, more) => ({ code, type: 'text', label: { en: `Your ${code}?` }, required: false, purpose: { en: 'To have enough.' }, seen_by, days_kept, ...more });
const sizes = [{ code: 's', label: { en: 'Small' } }, { code: 'l', label: { en: 'Large' } }];

// Answers are kept in two classes: for a week, and for a month. One question is for the staff alone.
function change(definition) {
  definition.questions = [question('shirt', ['staff', 'captain'], 7, { type: 'choices', choices: sizes }),
    question('food', ['captain'], 30), question('secret', ['staff'], 30), question('worry', ['staff'], 7)];
  const later = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 16);
  definition.options.push({ code: 'later', title: { en: 'Later' }, includes: [], opens: later });
}
const answers = { question_shirt: ['s', 'l'], question_food: 'No <nuts>', question_secret: 'canary-secret', question_worry: 'canary-worry' };

for (const engine of engines) {
  describe(engine, { concurrency: false }, () => {
    let home, one, other;
    const { fill } = Visitor;

    async function found(name) {
      const path = `/e/${slug}/delegation`;
      const form = readForm(await home.page(path), ({ action }) => action?.endsWith('/delegation'));
      const made = await again(() => home.visitor.submit(path, fill(form.fields, { org: name, region: '1', expected: '9', name: `Captain ${name}`, contact: 'phone', phone: '9165550100', option: 'b' })));
      assert.equal(made.status, 303, made.text.slice(0, 800));
      return made.headers.location.split('?')[0];
    }
    // Within the second of the group's making a page may not know it yet.
    async function join(group, more) {
      const delegation = await codeOf(group);
      const asked = { contact: 'none', option: 'b', age_band: 'adult', photo: 'no', delegation, ...more };
      for (const until = Date.now() + 20_000; ;) {
        const sent = await home.visitor.register(slug, asked);
        if (sent.status === 303)
          return tokenOf(sent);
        assert.ok(Date.now() < until, sent.text.slice(0, 1500));
      }
    }
    const codeOf = async (group) => /typed-code" dir="ltr">([\w-]+)/.exec(await home.page(group))[1];
    const proof = async (group) => valueOf(readForm(await home.page(group), ({ action }) => action?.endsWith('/add')).fields, 'csrf');
    const press = async (group, no, button) => (await home.visitor.submit(group, { csrf: await proof(group), no, [button]: 'yes' })).headers.location;
    async function add(group, ...names) {
      const form = readForm(await home.page(group), ({ action }) => action?.endsWith('/add'));
      const body = [...fill(form.fields, { names: names.join('\n'), option: 'b', session_ride: '', stop: '' })].map(([name, value]) => `--cut\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`).join('');
      const added = await home.visitor.request('POST', `${group}/add`, { headers: { Origin: home.server.url, 'Content-Type': 'multipart/form-data; boundary=cut' }, body: `${body}--cut--\r\n` });
      assert.match(added.headers.location ?? added.text, /done=added$/);
      const page = await home.page(group);
      return names.map((name) => new RegExp(`/(\\d+)"><bdi>${name}<`).exec(page)[1]);
    }
    const attendee = async (no) => (await home.house.query(`SELECT option_no, option_state FROM attendee WHERE no = ${no}`))[0];
    const bookings = async (no) => home.house.query(`SELECT b.session_no, b.stop_no, b.state FROM booking b JOIN attendee a ON a.id = b.attendee WHERE a.no = ${no} ORDER BY b.session_no`);
    const formOf = (text) => readForm(text, ({ method, action }) => method === 'post' && action.endsWith('/change'));
    const changeForm = async (group, no) => formOf(await home.page(`${group}/${no}/change`));
    const send = (group, no, form, wish) => home.visitor.submit(`${group}/${no}/change`, fill(form.fields, wish));

    before(async () => {
      home = await Home.open(engine, { change });
      one = await found('First');
      other = await found('Second');
    });
    after(async () => { await home?.close(); });

    test('a captain sees the answers that the form says they see, of their own people, once these are in', async () => {
      const form = await home.page(`/e/${slug}/register`);
      const said = (name, text) => new RegExp(`Your ${name}\\?[^]*?Who sees it: ([^<]*)`).exec(text)[1].split('\n')[0].trim().replace('&#39;', "'");
      assert.deepEqual(['shirt', 'food', 'secret', 'worry'].map((name) => said(name, form)),
        ["the staff of the event and your group's captain", "your group's captain", 'the staff of the event', 'the staff of the event']);

      const token = await join(one, { name: 'Joiner', ...answers });
      const shown = /Small and Large|No &lt;nuts&gt;|No <nuts>|canary/;
      const no = /name="no" value="(\d+)"/.exec(await home.page(one))[1];
      for (const path of [one, `${one}/${no}`, other])
        assert.doesNotMatch(await home.page(path), shown, 'who asks to join has told the captain nothing yet');

      assert.match(await press(one, no, 'approve'), /done=approved$/);
      for (const path of [one, `${one}/${no}`]) {
        const page = await home.page(path);
        assert.match(page, /Your shirt\?[^]*Small and Large/);
        assert.match(page, /Your food\?[^]*No &lt;nuts&gt;/);
        assert.doesNotMatch(page, /canary/);
        assert.doesNotMatch(page, new RegExp(token), 'their own page holds what is not for the captain');
        assert.deepEqual(await faultsOf(page), []);
      }
      for (const path of [other, `${one}/names.csv`])
        assert.doesNotMatch(await home.page(path), shown);
      assert.equal((await home.visitor.get(`${other}/${no}`)).status, 404);
      // what they correct is read under the same words
      assert.equal(said('secret', await home.page(`/t/${token}/correct/${no}`)), 'the staff of the event');
      await press(one, no, 'release');
      assert.doesNotMatch(await home.page(one), shown);
    });

    test('staff see on a person\'s page which group they ask to join, and say yes or no; a lead of another region does not', async () => {
      const staff = async (name, role, ...more) => {
        await home.house.do(['schema', 'staff', 'add', `${name}-${engine}`, '--role', role, ...more, '--password-stdin'], { input: 'violet anchor teapot nine\n' });
        return { Cookie: (await home.visitor.submit('/staff/sign-in', { name: `${name}-${engine}`, password: 'violet anchor teapot nine' })).headers['set-cookie'][0].split(';')[0], 'Accept-Language': 'en' };
      };
      const olga = await staff('olga', 'staff'), lead = await staff('lead', 'region', '--event', slug, '--region', '1'), far = await staff('far', 'region', '--event', slug, '--region', '2');
      const askers = async () => (await home.house.query("SELECT no FROM attendee WHERE asked_no IS NOT NULL AND state = 'active' ORDER BY no")).map(([no]) => no);
      for (const name of ['Yes One', 'No One', 'Lead One'])
        await join(one, { name });
      const [yes, not, third] = await askers();
      const see = async (no, who) => home.visitor.get(`/staff/people/${no}`, who);
      const answer = async (no, who, button) => {
        const page = (await see(no, who)).text;
        const { action, fields } = readForm(page, (form) => form.action === `/staff/people/${no}/asked`);
        return home.visitor.submit(action, [...fields, [button, 'yes']], who);
      };
      const shown = (await see(yes, olga)).text;
      assert.match(shown, /Asks to join the group[^]*<bdi>First<\/bdi>/);
      assert.deepEqual(await faultsOf(shown), []);
      assert.equal((await see(yes, far)).status, 404);
      const { fields } = readForm((await home.visitor.get('/staff/people', far)).text, ({ method }) => method === 'post');
      assert.equal((await home.visitor.submit(`/staff/people/${yes}/asked`, { csrf: valueOf(fields, 'csrf'), approve: 'yes' }, far)).status, 404);
      assert.match((await answer(yes, olga, 'approve')).headers.location, /done=joined$/);
      assert.match((await answer(not, olga, 'refuse')).headers.location, /done=not-joined$/);
      assert.match((await answer(third, lead, 'approve')).headers.location, /done=joined$/);
      const state = async (no) => (await home.house.query(`SELECT CASE WHEN delegation_no IS NULL THEN 'alone' ELSE 'in' END, CASE WHEN asked_no IS NULL THEN '' ELSE 'asks' END FROM attendee WHERE no = ${no}`))[0];
      assert.deepEqual([await state(yes), await state(not), await state(third)], [['in', ''], ['alone', ''], ['in', '']]);
      assert.match(await home.page(one), /<bdi>Yes One<[^]*/);
      assert.doesNotMatch((await see(yes, olga)).text, /Asks to join/);
      const acts = (await home.house.query("SELECT act FROM audit WHERE act LIKE 'delegation.%' AND who <> 'captain'")).map(([act]) => act);
      assert.deepEqual(acts.filter((act) => /approve|refuse/.test(act)).sort(), ['delegation.approve', 'delegation.approve', 'delegation.refuse']);
    });

    test('who was entered shares their page with the captain, and is told so', async () => {
      const [no] = await add(one, 'Shared Page');
      const [, token] = /href="\/t\/([\w-]+)"/.exec(await home.page(`${one}/${no}`));
      assert.match(await home.page(`/t/${token}/correct/${no}`), /Your secret\?[^]*?Who sees it: the staff of the event and your group&#39;s captain/);
    });

    test('a captain changes option and stop of whom they entered, as the person could', async () => {
      const [no] = await add(one, 'Change Me');
      const form = await changeForm(one, no);
      assert.equal((await send(one, no, form, {})).headers.location, `${one}?done=nothing`);
      assert.equal((await send(one, no, form, { session_ride: 'bus', stop: 'bus/1' })).headers.location, `${one}?done=changed`);
      assert.deepEqual((await bookings(no)).map(([, stop, state]) => [stop, state]), [['1', 'confirmed'], ['', 'confirmed']], 'with the way back');
      const kept = await changeForm(one, no);
      assert.deepEqual(['option', 'stop'].map((name) => valueOf(kept.fields, name)), ['b', 'bus/1']);
      assert.equal((await send(one, no, kept, { option: 'a', session_ride: [], stop: '' })).headers.location, `${one}?done=changed`);
      assert.deepEqual(await bookings(no), []);
      assert.match(await home.page(`${one}/${no}`), /Lunch/);
      for (const lang of ['es', 'ar'])
        assert.deepEqual(await faultsOf(await home.page(`${one}/${no}/change`, lang)), []);
    });

    test('of two windows the second is told and keeps what it chose; pressed five times at once it happens once', async () => {
      const [no] = await add(one, 'Two Windows');
      const [first, second] = [await changeForm(one, no), await changeForm(one, no)];
      assert.equal((await send(one, no, first, { option: 'a' })).status, 303);
      const told = await send(one, no, second, { option: 'c', session_ride: 'bus', stop: 'bus/1' });
      assert.equal(told.status, 409);
      assert.match(told.text, /changed meanwhile/);
      assert.deepEqual(await faultsOf(told.text), []);
      assert.equal(valueOf(formOf(told.text).fields, 'option'), 'c');
      assert.deepEqual(await bookings(no), []);

      const [[before]] = await home.house.query("SELECT taken FROM option WHERE code = 'c'");
      const form = formOf(told.text);
      const all = await Promise.all([1, 2, 3, 4, 5].map(() => send(one, no, form, {})));
      assert.deepEqual(all.map(({ status, headers }) => headers.location?.split('=')[1] ?? status).sort(), [409, 409, 409, 409, 'changed']);
      assert.deepEqual(await home.house.query("SELECT taken FROM option WHERE code = 'c'"), [[String(Number(before) + 1)]]);
    });

    test('what is full refuses all of it, and is waited for only when the captain presses so', async () => {
      const [first, second] = await add(one, 'Has The Seat', 'Wants The Seat');
      const park = { session_ride: 'bus', stop: 'bus/2' };
      assert.match((await send(one, first, await changeForm(one, first), park)).headers.location, /done=changed$/);
      const full = await send(one, second, await changeForm(one, second), park);
      assert.equal(full.status, 409);
      assert.match(full.text, /they keep what they have/);
      assert.match(full.text, /name="wait" value="yes">Yes, put them on the waiting list/);
      assert.doesNotMatch(full.text, /you keep|put me/);
      assert.deepEqual(await bookings(second), []);
      assert.match((await send(one, second, formOf(full.text), { wait: 'yes' })).headers.location, /done=waits$/);
      assert.deepEqual((await bookings(second)).map(([, stop, state]) => [stop, state])[0], ['2', 'waitlisted']);
      // the seat is given up: it is offered to who waits
      assert.match((await send(one, first, await changeForm(one, first), { session_ride: [], stop: '' })).headers.location, /done=changed$/);
      const [[offer]] = await home.house.query(`SELECT count(*) FROM booking b JOIN attendee a ON a.id = b.attendee WHERE a.no = ${second} AND b.stop_no = 2 AND b.offer IS NOT NULL`);
      assert.equal(offer, '1');
    });

    test('what is not open is not to be had, and a form that is wrong comes back whole', async () => {
      const [no] = await add(one, 'Too Early');
      const form = await changeForm(one, no);
      const early = await send(one, no, form, { option: 'later' });
      assert.ok([409, 422].includes(early.status), early.status);
      assert.match(early.text, /not open/);
      const missing = await send(one, no, form, { option: 'c', session_ride: [], stop: '' });
      assert.equal(missing.status, 422);
      assert.equal(valueOf(formOf(missing.text).fields, 'option'), 'c');
      assert.equal((await send(one, no, { fields: fill(form.fields, { csrf: 'A'.repeat(40) }) }, { option: 'a' })).status, 403);
      assert.equal((await send(other, no, form, { option: 'a' })).status, 403);
      assert.equal((await home.visitor.get(`${other}/${no}/change`)).status, 404);
      assert.equal((await attendee(no))[1], 'confirmed');
    });

    test('who cancelled meanwhile stays so, and who registered themselves changes their own', async () => {
      const [no] = await add(one, 'Not Coming');
      const form = await changeForm(one, no);
      assert.match(await press(one, no, 'cancel'), /done=cancelled$/);
      const late = await send(one, no, form, { option: 'a' });
      assert.equal(late.headers.location, `${one}?done=gone`);
      assert.match(await home.page(late.headers.location), /have cancelled or left your group/);
      assert.deepEqual(await home.house.query(`SELECT state FROM attendee WHERE no = ${no}`), [['cancelled']]);

      await join(other, { name: 'On Their Own' });
      const [, own] = /name="no" value="(\d+)"/.exec(await home.page(other));
      assert.equal((await home.visitor.get(`${other}/${own}/change`)).status, 404, 'who asks to join');
      await press(other, own, 'approve');
      const page = await home.page(`${other}/${own}`);
      assert.match(page, /They registered themselves/);
      assert.doesNotMatch(page, /\/change"|name="name"|name="erase"/);
      assert.equal((await home.visitor.get(`${other}/${own}/change`)).status, 404);
      const csrf = await proof(other);
      for (const path of [`${other}/${own}/change`, `${other}/${own}`])
        assert.equal((await home.visitor.submit(path, { csrf, name: 'Renamed', option: 'a', age_band: 'adult' })).status, 404);
      assert.match(await press(other, own, 'erase'), /done=nothing$/);
      // nobody reaches them but the captain, who can tell that they are not coming
      assert.match(await press(other, own, 'cancel'), /done=cancelled$/);
    });
  });
}
