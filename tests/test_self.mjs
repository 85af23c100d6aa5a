// What people do with their own registration, by the link of their page: without JavaScript, over HTTP, on both engines.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Home, again, person, slug } from './lib/home.mjs';
import { faultsOf } from './lib/html.mjs';
import { Scanner, engines } from './lib/turnout.mjs';
import { Visitor, readForm, tokenOf, unescape, valueOf } from './lib/visitor.mjs';

for (const engine of engines) {
  describe(engine, { concurrency: true }, () => {
    let home;
    before(async () => { home = await Home.open(engine); });
    after(async () => { await home?.close(); });

    test('what was said stands in the form, and what is corrected is kept; what is wrong is told and nothing is lost', async () => {
      const token = await home.register(person);
      const [no] = await home.numbers(token);
      const { fields } = await home.form(`/t/${token}/correct/${no}`);
      for (const [name, value] of Object.entries(person))
        assert.deepEqual(fields.filter(([each]) => each === name).map(([, each]) => each), [value].flat(), name);

      const wrong = await home.send(`/t/${token}/correct/${no}`, { name: '', meal: 'halal', emergency_phone: 'none' });
      assert.equal(wrong.status, 422);
      assert.match(wrong.text, /href="#name"[^]*href="#emergency_phone"/);
      assert.equal(valueOf(readForm(wrong.text, ({ method }) => method === 'post').fields, 'meal'), 'halal');
      assert.deepEqual(await faultsOf(wrong.text), []);

      const saved = await home.send(`/t/${token}/correct/${no}`, { name: 'Anahí 안나', meal: '', emergency_name: '', emergency_phone: '', question_shirt: 'l' });
      assert.deepEqual([saved.status, saved.headers.location], [303, `/t/${token}?done=corrected`]);
      const after = (await home.form(`/t/${token}/correct/${no}`)).fields;
      assert.deepEqual(['name', 'meal', 'emergency_name', 'question_shirt', 'access_text'].map((name) => valueOf(after, name)),
        ['Anahí 안나', '', '', 'l', 'Near the <door>']);
      assert.match(await home.page(`/t/${token}`), /Anahí 안나/);
    });

    test('a minor needs an adult, and an adult of a family is found again', async () => {
      const token = await home.register({ name: 'Mother', name_2: 'Child', age_band_2: 'under-16' });
      const [, child] = await home.numbers(token);
      assert.equal(valueOf((await home.form(`/t/${token}/correct/${child}`)).fields, 'guardian_name'), 'Mother');
      assert.equal((await home.send(`/t/${token}/correct/${child}`, { guardian: '', guardian_name: '' })).status, 422);
      assert.equal((await home.send(`/t/${token}/correct/${child}`, { guardian: 'Her aunt', age_band: '16-17' })).status, 303);
      assert.equal(valueOf((await home.form(`/t/${token}/correct/${child}`)).fields, 'guardian_name'), 'Her aunt');
    });

    test('of two windows the second is told, and what it has typed stays', async () => {
      const token = await home.register({ name: 'Two Windows' });
      const [no] = await home.numbers(token);
      const path = `/t/${token}/correct/${no}`;
      const first = await home.form(path), second = await home.form(path);
      assert.equal((await home.visitor.submit(path, Visitor.fill(first.fields, { meal: 'halal' }))).status, 303);
      const told = await home.visitor.submit(path, Visitor.fill(second.fields, { meal: 'vegan' }));
      assert.equal(told.status, 409);
      assert.match(told.text, /changed meanwhile/);
      const again = readForm(told.text, ({ method }) => method === 'post');
      assert.equal(valueOf(again.fields, 'meal'), 'vegan');
      assert.equal(valueOf((await home.form(path)).fields, 'meal'), 'halal', 'nothing was overwritten');
      assert.equal((await home.visitor.submit(path, again.fields)).status, 303);
      assert.equal(valueOf((await home.form(path)).fields, 'meal'), 'vegan');

      const change = `/t/${token}/change/${no}`;
      const one = await home.form(change), other = await home.form(change);
      assert.equal((await home.visitor.submit(change, Visitor.fill(one.fields, { option: 'a' }))).headers.location, `/t/${token}?done=changed`);
      assert.equal((await home.visitor.submit(change, Visitor.fill(other.fields, { option: 'c', stop: 'bus/1', session_ride: 'bus' }))).status, 409);
    });

    test('address, language and consent are theirs to change, and a consent keeps its time', async () => {
      const token = await home.register({ name: 'Con Sent', contact: 'email', email: 'first@example.org', keep_informed: 'yes' });
      const path = `/t/${token}/contact`;
      const before = await home.form(path);
      assert.deepEqual(['contact', 'email', 'language', 'region', 'keep_informed', 'share_regional'].map((name) => valueOf(before.fields, name)),
        ['email', 'first@example.org', 'en', '1', 'yes', undefined]);
      assert.equal((await home.send(path, { email: 'nobody' })).status, 422);
      const fields = { email: 'Second@Example.org', language: 'es', region: '2', keep_informed: [], share_regional: 'yes' };
      assert.equal((await home.send(path, fields)).headers.location, `/t/${token}?done=corrected`);
      const after = await home.form(path);
      assert.deepEqual(['email', 'language', 'region', 'keep_informed', 'share_regional'].map((name) => valueOf(after.fields, name)),
        ['second@example.org', 'es', '2', undefined, 'yes']);
      const id = BigInt(`0x${token.slice(0, 16)}`);
      const rows = await home.house.query(`SELECT c.kind, c.given, c.lang FROM consent c JOIN attendee a ON a.id = c.attendee WHERE a.registration = ${id} ORDER BY c.kind`);
      assert.deepEqual(rows, [['1', '0', 'en'], ['2', '1', 'en']]);
      const kinds = await home.house.query(`SELECT o.kind FROM outbox o JOIN attendee a ON a.id = o.attendee WHERE a.registration = ${id} ORDER BY o.made, o.kind`);
      assert.deepEqual(kinds.map(([kind]) => kind).sort(), ['changed', 'confirmation'], 'the new address hears of it');
      // the lost link is looked for by the new address alone
      assert.equal((await home.visitor.submit('/lost-link', { email: 'first@example.org' })).status, 303);
      assert.equal((await home.visitor.submit('/lost-link', { email: 'second@example.org' })).status, 303);
      const letters = async () => Number((await home.house.query(`SELECT count(*) FROM outbox WHERE kind = 'link-again' AND attendee IN (SELECT id FROM attendee WHERE registration = ${id})`))[0][0]);
      for (const until = Date.now() + 20_000; await letters() < 1 && Date.now() < until;)
        await home.page(`/t/${token}`);
      assert.equal(await letters(), 1);
      assert.equal((await home.send(path, { contact: 'none' })).status, 303);
      assert.doesNotMatch(await home.page(`/t/${token}`), /\/send"/);
    });

    test('one of a family cancels, then all; twice is no trouble, and the places are free', async () => {
      const token = await home.register({ name: 'Papa', name_2: 'Hija', option: 'b', session_ride: 'car' });
      const taken = async () => Number((await home.house.query("SELECT taken FROM session WHERE code = 'car'"))[0][0]);
      const had = await taken();
      const [papa, hija] = await home.numbers(token);
      const asked = await home.page(`/t/${token}/cancel?no=${hija}`);
      assert.match(asked, /<bdi>Hija/);
      assert.doesNotMatch(asked, /<bdi>Papa/);
      assert.deepEqual(await faultsOf(asked), []);
      const sure = { sure: 'yes' };
      assert.equal((await home.send(`/t/${token}/cancel?no=${hija}`, sure)).headers.location, `/t/${token}?done=cancelled`);
      assert.equal(await taken(), had - 1);
      assert.deepEqual((await home.states(token)).map(([state]) => state), ['active', 'cancelled']);
      assert.match(await home.page(`/t/${token}?done=cancelled`), /<h1[^>]*>You are registered<[^]*role="alert"[^]*This ticket was cancelled/);

      const { action, fields } = await home.form(`/t/${token}/cancel`);
      const both = await Promise.all([1, 2].map(() => home.visitor.submit(action, Visitor.fill(fields, sure))));
      assert.deepEqual(both.map(({ headers }) => headers.location.split('=')[1]).sort(), ['cancelled', 'cancelled-before']);
      assert.equal(await taken(), had - 2);
      assert.deepEqual((await home.states(token)).map(([state]) => state), ['cancelled', 'cancelled']);
      const over = await home.page(`/t/${token}`);
      assert.match(over, new RegExp(`<h1[^>]*>Your registration is cancelled<[^]*href="/e/${slug}/register"`));
      assert.doesNotMatch(over, /waiting list|not paid|Show the code/);
      for (const path of [`/t/${token}/correct/${papa}`, `/t/${token}/cancel`])
        assert.doesNotMatch(await home.page(path), /<button type="submit"(?! name="switch")[^>]*>(?!.*tabindex)(Save|Yes)/);
      assert.match(await home.house.do(['schema', 'verify']), /\S/);
    });

    test('nothing is done by a stranger, by a question, or by what no page of ours would send', async () => {
      const token = await home.register({ name: 'Target', contact: 'email', email: 'target@example.org' });
      const other = await home.register({ name: 'Other' });
      const [no] = await home.numbers(token), [theirs] = await home.numbers(other);
      const { fields } = await home.form(`/t/${token}/cancel`);
      const mine = { csrf: valueOf(fields, 'csrf'), sure: 'yes' };
      const posts = [`cancel`, `change/${no}`, `correct/${no}`, 'contact', 'send', 'link'];
      const broken = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
      for (const path of posts) {
        assert.equal((await home.visitor.submit(`/t/${broken}/${path}`, mine)).status, 404, `${path}: a wrong token`);
        assert.equal((await home.visitor.submit(`/t/${other}/${path.replace(no, theirs)}`, mine)).status, 403, `${path}: another's proof`);
        assert.equal((await home.visitor.submit(`/t/${token}/${path}`, { sure: 'yes' })).status, 403, `${path}: no proof`);
        assert.equal((await home.visitor.submit(`/t/${token}/${path}`, mine, { Origin: 'https://evil.example' })).status, 403, `${path}: another's page`);
      }
      assert.equal((await home.visitor.get(`/t/${token}/send`)).status, 404, 'no file of that name');
      for (const path of [`change/${theirs}`, `correct/${theirs}`, 'change/0', 'correct/x', 'change/99999999999999999999'])
        for (const answer of [await home.visitor.get(`/t/${token}/${path}`), await home.visitor.submit(`/t/${token}/${path}`, mine)])
          assert.equal(answer.status, 404, path);
      assert.equal((await home.visitor.get(`/t/${token}/cancel?no=${theirs}`)).status, 404);
      for (const wrong of [{ no: theirs }, { no: 'x' }, { sure: undefined }])
        assert.equal((await home.visitor.submit(`/t/${token}/cancel`, Object.entries({ ...mine, ...wrong }).filter(([, value]) => value !== undefined))).status, 400);

      const form = await home.form(`/t/${token}/correct/${no}`);
      const huge = await home.visitor.submit(form.action, Visitor.fill(form.fields, { name: 'x'.repeat(10_000), access_text: 'y'.repeat(10_000), childcare: '-1', meal: 'people' }));
      assert.equal(huge.status, 422);
      assert.ok((await home.visitor.submit(form.action, Visitor.fill(form.fields, { name: 'x'.repeat(200_000) }))).status >= 400);
      assert.equal((await home.visitor.submit(form.action, { csrf: mine.csrf })).status, 422, 'all empty');
      assert.equal((await home.visitor.submit(form.action, Visitor.fill(form.fields, { seen: 'zz' }))).status, 409);
      assert.equal((await home.visitor.submit(form.action, Visitor.fill(form.fields, { name: '<script>alert(1)</script>' }))).status, 303);
      assert.doesNotMatch(await home.page(`/t/${token}`), /<script>alert/);
      assert.match(await home.page(`/t/${token}/data`), /&lt;script&gt;/);
      assert.deepEqual((await home.states(token)).map(([state]) => state), ['active']);
    });

    test('what is full can be waited for by who says so; who cancels lets the next in', async () => {
      const few = await home.register({ name: 'Sits', option: 'c', stop: 'bus/2', session_ride: 'bus' }); // the Park has one seat
      const token = await home.register({ name: 'Stands', option: 'b' });
      const [no] = await home.numbers(token);
      const wish = { option: 'c', session_ride: 'bus', stop: 'bus/2' };
      const told = await home.send(`/t/${token}/change/${no}`, wish);
      assert.equal(told.status, 409);
      assert.match(told.text, /name="wait" value="yes"/);
      assert.deepEqual(await faultsOf(told.text), []);
      assert.deepEqual(await home.states(token), [['active', 'free', 'confirmed']]);
      const form = readForm(told.text, ({ method }) => method === 'post');
      const waits = await home.visitor.submit(form.action, [...form.fields, ['wait', 'yes']]);
      assert.equal(waits.headers.location, `/t/${token}?done=waits`);
      assert.match(await home.page(`/t/${token}?done=waits`), /You are number 1 in line/);
      // what they have now stands in the form
      const { fields } = await home.form(`/t/${token}/change/${no}`);
      assert.deepEqual([valueOf(fields, 'option'), valueOf(fields, 'stop')], ['c', 'bus/2']);
      assert.equal((await home.visitor.submit(`/t/${token}/change/${no}`, fields)).headers.location, `/t/${token}?done=same`);
      assert.equal((await home.send(`/t/${few}/cancel`, { sure: 'yes' })).status, 303);
      assert.match(await home.page(`/t/${token}`), /A place is free for you/);
    });

    test('all that is kept is told, in words and as a file, with times; the calendar names nothing', async () => {
      const token = await home.register({ ...person, name: 'Data Person', contact: 'email', email: 'data@example.org', option: 'a', keep_informed: 'yes' });
      const text = (await home.visitor.get(`/t/${token}/1.txt`)).text.trim();
      await home.house.do(['checkin', '--event', slug, '--session', 'lunch'], { input: `${text}\n` }).catch(() => {});
      const file = await home.visitor.get(`/t/${token}/data.json`);
      assert.match(file.headers['content-disposition'], /attachment; filename="my-data\.json"/);
      assert.match(file.headers['cache-control'], /no-store/);
      const { people: [mine], ...all } = JSON.parse(file.text);
      assert.equal(all.event, slug);
      const { said } = mine;
      for (const [name, value] of Object.entries({ ...person, name: 'Data Person' }))
        if (!name.startsWith('question_'))
          assert.deepEqual(said[name], value, name);
      assert.deepEqual(said.questions, { shirt: 's,l' });
      assert.deepEqual([mine.option, mine.fee, mine.state, mine.consents[0].kind, mine.consents[0].given], ['a', 'due', 'active', 'keep_informed', true]);
      assert.ok(mine.consents[0].at && mine.consents[0].text_version && mine.consents[0].text.length > 20 && mine.letters[0].kind === 'confirmation' && mine.kept_until.emergency);
      const page = unescape(await home.page(`/t/${token}/data`));
      for (const word of ['Data Person', 'data@example.org', 'Near the <door>', 'Tía Ana', 'not paid yet', 'Small and Large'])
        assert.ok(page.includes(word), word);
      assert.deepEqual(await faultsOf(await home.page(`/t/${token}/data`)), []);

      const calendar = await home.visitor.get(`/t/${token}/event.ics`);
      assert.match(calendar.headers['content-type'], /^text\/calendar/);
      assert.match(calendar.text, /^BEGIN:VCALENDAR\r\n[^]*SUMMARY:Appointment\r\n[^]*END:VCALENDAR\r\n$/);
      assert.doesNotMatch(calendar.text, /Few places|Lunch|Tent|LOCATION|Data/);
    });

    test('a new link shuts the old one, the letter comes once an hour', async () => {
      const token = await home.register({ name: 'Linked', contact: 'email', email: 'linked@example.org' });
      const send = await home.form(`/t/${token}`);
      assert.equal(send.action, `/t/${token}/send`);
      const sent = [await home.visitor.submit(send.action, send.fields), await home.visitor.submit(send.action, send.fields)];
      assert.deepEqual(sent.map(({ headers }) => headers.location), [`/t/${token}?done=sent`, `/t/${token}?done=sent-before`]);
      assert.deepEqual(await faultsOf(await home.page(`/t/${token}/link`)), []);
      const { action, fields } = await home.form(`/t/${token}/link`);
      const answers = await Promise.all([1, 2].map(() => home.visitor.submit(action, [...fields, ['sure', 'yes']])));
      assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 404], 'one new link, however often it is pressed');
      const fresh = tokenOf(answers.find(({ status }) => status === 303));
      assert.notEqual(fresh, token);
      for (const path of ['', '/1.svg', '/data', '/cancel'])
        assert.equal((await home.visitor.get(`/t/${token}${path}`)).status, 404);
      assert.match(await home.page(`/t/${fresh}?done=new-link`), /This is the new link/);
    });

    test('who deletes is gone from everywhere at once, one of a family or all', async () => {
      const token = await home.register({ name: 'Stays Longer', name_2: 'Canary Quetzal', option: 'b', contact: 'email', email: 'quetzal@example.org' });
      const [stays, goes] = await home.numbers(token);
      const asked = await home.page(`/t/${token}/delete?no=${goes}`);
      assert.match(asked, /<bdi>Canary Quetzal/);
      assert.deepEqual(await faultsOf(asked), []);
      const one = await home.form(`/t/${token}/delete?no=${goes}`), all = await home.form(`/t/${token}/delete`);
      assert.equal((await home.visitor.submit(one.action, one.fields)).status, 400, 'not without the second step');
      assert.equal((await again(() => home.visitor.submit(one.action, [...one.fields, ['sure', 'yes']]))).headers.location, `/t/${token}?done=deleted`);
      assert.doesNotMatch(await home.page(`/t/${token}`), /Quetzal/);
      assert.deepEqual(await home.numbers(token), [stays]);
      assert.equal((await home.visitor.submit(one.action, [...one.fields, ['sure', 'yes']])).status, 400, 'a second time there is nobody');
      assert.equal((await again(() => home.visitor.submit(all.action, [...all.fields, ['sure', 'yes']]))).headers.location, '/deleted');
      assert.match(await home.page('/deleted'), /is gone/);
      assert.deepEqual(await faultsOf(await home.page('/deleted')), []);
      for (const path of ['', '/1.svg', '/data', '/delete', '/contact'])
        assert.equal((await home.visitor.get(`/t/${token}${path}`)).status, 404);
      assert.match(await home.house.do(['schema', 'verify']), /\S/);
    });

    test('what a hold keeps is hidden at once, and why is told', async () => {
      const token = await home.register({ name: 'Held Person', name_2: 'Free Person' });
      const [held] = await home.numbers(token);
      await home.house.do(['schema', 'hold', 'add', '--event', slug, '--person', held, '--reason', 'a court']);
      const one = await home.form(`/t/${token}/delete?no=${held}`);
      const sent = await again(() => home.visitor.submit(one.action, [...one.fields, ['sure', 'yes']]));
      assert.equal(sent.headers.location, `/t/${token}?done=deleted-held`);
      const page = await home.page(sent.headers.location);
      assert.match(page, /Nobody sees it any more, and it is deleted as soon as it may be/);
      assert.doesNotMatch(page, /Held Person/);
    });

    test('many change at once to the last seat, and one has it', async () => {
      const tokens = [];
      for (let i = 0; i < 6; i++)
        tokens.push(await home.register({ name: `Racer ${i}` }));
      const forms = await Promise.all(tokens.map(async (token) => home.form(`/t/${token}/change/${(await home.numbers(token))[0]}`)));
      const answers = await Promise.all(forms.map(({ action, fields }) => home.visitor.submit(action, Visitor.fill(fields, { session_ride: 'van' }))));
      assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 409, 409, 409, 409, 409]);
      for (const { status, text } of answers)
        assert.ok(status === 303 || text.includes('name="wait"'));
      assert.match(await home.house.do(['schema', 'verify']), /\S/);
    });

    test('who is scanned while they delete is gone all the same, and the log still adds up', async () => {
      const token = await home.register({ name: 'Scanned Canary', option: 'a' });
      const text = (await home.visitor.get(`/t/${token}/1.txt`)).text.trim();
      const { action, fields } = await home.form(`/t/${token}/delete`);
      const scanner = new Scanner(home.house, ['--event', slug, '--session', 'lunch']);
      await scanner.say('not a ticket');
      const scans = (async () => {
        for (let i = 0; i < 8; i++)
          await scanner.say(text);
      })();
      const answer = await again(() => home.visitor.submit(action, [...fields, ['sure', 'yes']]));
      await scans;
      assert.doesNotMatch(await scanner.say(text), /^green/);
      scanner.child.kill();
      await scanner.ended;
      assert.equal(answer.headers.location, '/deleted');
      assert.match(await home.house.do(['schema', 'verify']), /\S/);
    });

    test('staff take a fee down, change and cancel for somebody, and show them their link; all of it stands in the audit', async () => {
      await home.house.do(['schema', 'staff', 'add', `olga-${engine}`, '--role', 'owner', '--password-stdin'], { input: 'violet anchor teapot nine\n' });
      const cookie = { Cookie: (await home.visitor.submit('/staff/sign-in', { name: `olga-${engine}`, password: 'violet anchor teapot nine' })).headers['set-cookie'][0].split(';')[0] };
      const token = await home.register({ name: 'Desk Person', option: 'a' });
      const [no] = await home.numbers(token);
      const person = `/staff/people/${no}`;
      const see = async (path) => {
        const page = await home.visitor.get(path, { ...cookie, 'Accept-Language': 'en' });
        assert.equal(page.status, 200, path);
        assert.deepEqual(await faultsOf(page.text), [], path);
        return page.text;
      };
      const press = async (path, answers, page = person) => {
        const { fields } = readForm(await see(page), ({ action }) => action === path);
        return home.visitor.submit(path, Visitor.fill(fields, answers), cookie);
      };
      for (const [state, fee] of [['paid', 'paid'], ['waived', 'waived'], ['due', 'due'], ['paid', 'paid']]) {
        assert.equal((await press(`${person}/fee`, { state })).headers.location, `${person}?done=fee-set`);
        assert.equal((await home.states(token))[0][1], fee);
      }
      assert.match(await home.page(`/t/${token}`), /\$5 <small>paid/);

      await home.register({ name: 'Chorister', option: 'a', delegation: 'CHOIR' });
      await home.register({ name: 'Second Chorister', option: 'a', delegation: 'CHOIR' });
      assert.equal((await press('/staff/fees', { state: 'paid' }, '/staff/fees')).headers.location, '/staff/fees?done=fee-set');
      assert.match(await see('/staff/fees'), /<bdi>Choir<\/bdi><\/th><td class="number">0<\/td><td class="number">2<\/td>/);

      // by region and option, with what it makes; all pages lead there that staff look at
      const sums = await see('/staff/fees');
      const [, , paid] = /<th scope="row">Superior California<\/th><td>A<\/td><td class="number">(\d+)[^]*?<\/td><td class="number">(\d+) <small>/.exec(sums);
      assert.match(sums, new RegExp(`<td class="number">${paid} <small>\\$${5 * paid}</small>`));
      const file = await home.visitor.get('/staff/reports/fees.csv', cookie);
      const [, region, due, paidToo, , dueSum, paidSum] = /\r\n(1),[^,]*,a,USD,(\d+),(\d+),(\d+),([\d.]+),([\d.]+),/.exec(file.text);
      assert.deepEqual([region, paidToo, dueSum, paidSum], ['1', paid, `${5 * due}.00`, `${5 * paid}.00`]);
      assert.ok(Number(paid) >= 3);
      const [[group]] = await home.house.query("SELECT no FROM delegation WHERE code = 'CHOIR'");
      for (const path of ['/staff', '/staff/people', '/staff/delegations', `/staff/delegations/${group}`, '/staff/reports', person])
        assert.match(await see(path), /href="\/staff\/fees/, path);

      const full = await press(`${person}/change`, { option: 'c', session_ride: 'bus', stop: 'bus/1' }, `${person}/change`);
      assert.equal(full.headers.location, `${person}?done=changed`, full.text.slice(0, 500));
      assert.equal((await press(`${person}/change`, { option: 'c', session_ride: [], stop: '' }, `${person}/change`)).status, 422);

      const shown = await see(`${person}/link`);
      assert.match(shown, new RegExp(`<code dir="ltr">http[^<]*/t/${token}</code>`));
      assert.equal((await press(`${person}/link`, {}, `${person}/link`)).headers.location, `${person}/link?done=new-link`);
      const [, fresh] = /\/t\/([\w-]+)<\/code>/.exec(await see(`${person}/link`));
      assert.equal((await home.visitor.get(`/t/${token}`)).status, 404);
      assert.equal((await press(`${person}/cancel`, {})).headers.location, `${person}?done=cancelled`);
      assert.match(await home.page(`/t/${fresh}`), /This ticket was cancelled/);
      assert.doesNotMatch(await see(person), /\/cancel"|\/fee"/);
      const audit = await see('/staff/audit');
      for (const word of ['fee.set', 'places.change', 'places.cancel', 'link.new', 'link.look'])
        assert.ok((await home.house.query(`SELECT 1 FROM audit WHERE act = '${word}'`)).length > 0, word);
      assert.doesNotMatch(audit, /Desk Person/);
    });

    test('what an option costs is told before and after, and that nobody is turned away', async () => {
      const token = await home.register({ name: 'Pays', option: 'b' });
      const [no] = await home.numbers(token);
      assert.match(await home.page(`/t/${token}/change/${no}`), /<b>\$5<\/b>/);
      assert.doesNotMatch(await home.page(`/t/${token}`), /not paid yet/);
      assert.equal((await home.send(`/t/${token}/change/${no}`, { option: 'a', wait: 'yes' })).status, 303);
      const page = await home.page(`/t/${token}`);
      assert.match(page, /\$5 <small>not paid yet/);
      assert.match(page, /nobody is turned away for it/);
      assert.equal((await home.states(token))[0][1], 'due');
    });
  });
}

describe('when registration is closed', () => {
  let home;
  before(async () => { home = await Home.open('sqlite'); });
  after(async () => { await home?.close(); });

  test('what can still be done is said', async () => {
    const token = await home.register({ name: 'Late' });
    const [no] = await home.numbers(token);
    await home.load((definition) => {
      definition.registration.closes = new Date(Date.now() - 3600_000).toISOString().slice(0, 16);
      delete definition.options[2].closes;
    });
    await home.server.stop();
    home.server = await home.house.serve();
    home.visitor.close();
    home.visitor = new Visitor(home.server.url);
    const page = await home.page(`/t/${token}`);
    assert.match(page, /Options can’t be changed any more/);
    assert.doesNotMatch(page, /\/change\//);
    assert.match(await home.page(`/t/${token}/change/${no}`), /Options can’t be changed any more/);
    assert.match(page, /\/correct\//);
  });
});
