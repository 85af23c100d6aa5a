// The reminder by a real mail server, on both engines: staff see when it goes and to how many, stop it, let it go; it goes once to who
// has a place and registered before its time, in their language, whatever dies meanwhile; who has no e-mail is called.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Home } from './lib/home.mjs';
import { faultsOf } from './lib/html.mjs';
import { Post } from './lib/post.mjs';
import { engines } from './lib/turnout.mjs';
import { Visitor } from './lib/visitor.mjs';

const people = 430; // more than two works of the writer
const wall = (ms) => new Date(ms).toISOString().slice(0, 19);

for (const engine of engines) {
  describe(engine, { concurrency: false }, () => {
    let post, home, cookie, starts, due;

    // Its time comes a while after the last of them has registered: three days before the start.
    const change = (definition) => {
      definition.title.es = 'Pocos lugares';
      definition.reminder_days = 3;
      definition.options = definition.options.map((option) => ({ ...option, capacity: option.code === 'a' ? 1 : 2000, closes: undefined }));
      definition.options.find(({ code }) => code === 'b').waitlist = undefined;
      if (starts)
        definition.starts = wall(starts);
    };
    const env = () => ({ TURNOUT_MAIL_URL: `smtp://127.0.0.1:${post.port}`, TURNOUT_MAIL_FROM: 'tickets@coalition.example' });
    const rows = async (where) => Number((await home.house.query(`SELECT count(*) FROM outbox WHERE kind = 'reminder'${where}`))[0][0]);
    const see = async (path) => {
      const page = await home.visitor.get(path, { ...cookie, 'Accept-Language': 'en' });
      assert.equal(page.status, 200, path);
      return page.text;
    };
    const part = async () => {
      const page = await see('/staff/messages');
      assert.deepEqual(await faultsOf(page), []);
      return /<section aria-labelledby="reminder">([^]*?)<\/section>/.exec(page)[1];
    };
    const press = async (button) => {
      const page = await see('/staff/messages');
      const sent = await home.visitor.submit('/staff/messages/reminder', { csrf: /name="csrf" value="([^"]+)"/.exec(page)[1], [button]: 'yes' }, cookie);
      assert.equal(sent.status, 303);
      return sent;
    };
    const signIn = async (name) => {
      const sent = await home.visitor.submit('/staff/sign-in', { name, password: 'violet anchor teapot nine' });
      return { Cookie: sent.headers['set-cookie'][0].split(';')[0] };
    };
    const register = (name, more) => home.register({ name, contact: 'email', email: `${name}@example.org`, option: 'b', ...more });

    before(async () => {
      post = await Post.open();
      home = await Home.open(engine, { change, env: env() });
      for (const [name, role, ...more] of [['olga', 'owner'], ['regina', 'region', '--region', '2']])
        await home.house.do(['schema', 'staff', 'add', name, '--role', role, ...more, '--event', 'few-places', '--password-stdin'], { input: 'violet anchor teapot nine\n' });
      const list = ['ref,name,contact,email,region,option,lang'];
      for (let i = 0; i < people; i++)
        list.push(`${i},Guest ${i},email,plain+${i}@example.org,1,b,${i % 2 ? 'es' : 'en'}`);
      writeFileSync(join(home.house.dir, '..', 'list.csv'), `${list.join('\n')}\n`);
      await home.house.do(['schema', 'import', join(home.house.dir, '..', 'list.csv'), '--event', 'few-places']);
      await register('first', { option: 'a' });
      await register('waits', { option: 'a' });
      await register('family', { name_2: 'Child', age_band_2: 'adult' });
      await home.register({ name: 'Abuela', contact: 'phone', phone: '9165550100', option: 'b' });
      const gone = await register('cancels');
      await home.send(`/t/${gone}/cancel`, { sure: 'yes' });
      const deleted = await register('deletes');
      await home.send(`/t/${deleted}/delete`, { sure: 'yes' });
      assert.deepEqual(await home.states(gone).then(([[state]]) => state), 'cancelled');
      cookie = await signIn('olga');
    });
    after(async () => {
      await home?.close();
      await post?.close();
    });

    test('staff see when it goes and to how many; they stop it and let it go; a lead sees their own region and does neither', async () => {
      const shown = await part();
      assert.match(shown, /It goes out by itself on [^<]*, to who has a place/);
      assert.match(shown, /432 letters · 1 call for people/);
      assert.equal((await press('stop')).headers.location, '/staff/messages#reminder');
      assert.match(await part(), /Stopped since/);
      const mine = cookie;
      cookie = await signIn('regina');
      const theirs = await part(), page = await see('/staff/messages');
      const refused = await home.visitor.submit('/staff/messages/reminder', { csrf: /name="csrf" value="([^"]+)"/.exec(page)[1], send: 'yes' }, cookie);
      cookie = mine;
      assert.equal(refused.status, 403);
      assert.match(theirs, /Stopped since[^]*0 letters · 0 calls/);
      assert.doesNotMatch(theirs, /<button/);
      await press('resume');
      assert.match(await part(), /It goes out by itself/);
      assert.deepEqual((await home.house.query("SELECT who, act FROM audit WHERE act LIKE 'reminder%' ORDER BY no")), [['olga', 'reminder.stop'], ['olga', 'reminder.resume']]);
    });

    test('its time comes, and we are killed amid it: everybody has it once, who came after its time has none', async () => {
      due = (Math.floor(Date.now() / 1000) + 6) * 1000;
      starts = due + 3 * 86_400_000;
      await home.load(change);
      await press('stop'); // of that start, so that nothing goes before we look
      await post.until(async () => Date.now() > due + 1000, 'its time');
      await register('late');
      await press('resume'); // the server looks at once, and not at the next minute
      await post.until(async () => await rows('') > 0, 'the first of them');
      await home.server.kill();
      home.visitor.close();
      home.server = await home.house.serve({ env: env() });
      home.visitor = new Visitor(home.server.url);
      cookie = await signIn('olga');
      await press('resume'); // nothing is stopped: it looks again
      await post.until(async () => /It went out on[^]*to 433 registrations/.test(await part()), 'the end of it', 90_000);
      assert.equal(await rows(''), 433);
      // what the killed process had in hand is another's when its lease is over
      const lease = "UPDATE outbox SET due = due - 300 WHERE state = 'waiting' AND kind = 'reminder'";
      if (engine === 'postgres') {
        await home.house.query(lease);
      } else {
        const { DatabaseSync } = await import('node:sqlite');
        const db = new DatabaseSync(join(home.house.dir, 'turnout.db'));
        db.exec('PRAGMA busy_timeout = 10000');
        db.exec(lease);
        db.close();
      }
      await post.until(async () => await rows(" AND state = 'sent'") === 432, 'all letters', 90_000);
      assert.equal(await rows(" AND state = 'call'"), 1);

      // what the mail server has taken is told a moment after turnout hears its yes
      const taken = () => post.letters().filter((letter) => ['It is soon', 'Ya falta poco'].includes(letter.header('Subject')));
      await post.until(() => new Set(taken().map(({ to }) => to)).size >= 432, 'the last letter');
      const reminders = taken();
      const ids = new Map();
      reminders.forEach((letter) => ids.set(letter.to, (ids.get(letter.to) ?? new Set()).add(letter.header('Message-ID'))));
      assert.equal(ids.size, 432, [...new Set(post.letters().map((letter) => letter.header('Subject')))].join());
      assert.ok([...ids.values()].every((each) => each.size === 1), 'a repeat has the same Message-ID');
      for (const nobody of ['waits', 'cancels', 'deletes', 'late'])
        assert.ok(!ids.has(`${nobody}@example.org`), nobody);
      for (const somebody of ['first', 'family'])
        assert.ok(ids.has(`${somebody}@example.org`), somebody);
      const subject = (to) => reminders.find((letter) => letter.to === to).header('Subject');
      assert.notEqual(subject('plain+1@example.org'), subject('plain+2@example.org'), 'each in their language');
      assert.match(await see('/staff/calls'), /Abuela|916/);
      assert.doesNotMatch(await part(), /<button/);
      assert.doesNotMatch(home.server.log, /Guest|Abuela|@|\/t\//);
    });

    test('another start has another reminder, which is sent at once when somebody presses so', async () => {
      starts = Date.now() + 20 * 86_400_000;
      await home.load((definition) => { change(definition); definition.reminder_days = undefined; });
      await post.until(async () => /plans none/.test(await part()), 'the new start');
      await press('send');
      await post.until(async () => /It went out on[^]*to 434 registrations/.test(await part()), 'all of them', 90_000);
      assert.equal(await rows(''), 433 + 434);
      await press('send');
      assert.equal(await rows(''), 433 + 434, 'once');
    });
  });
}
