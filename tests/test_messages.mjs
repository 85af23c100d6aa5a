// What staff tell many: written, seen with its number before it goes, and then by a mail server that dies amid it and by our
// own death amid it: nobody is left out, nobody gets it twice. Who has no e-mail is called.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';

import { laptop, launch, openContext, phone, seriousFindings } from './lib/browser.mjs';
import { faultsOf } from './lib/html.mjs';
import { picture } from './lib/looks.mjs';
import { Post } from './lib/post.mjs';
import { openHouse } from './lib/turnout.mjs';
import { Visitor, tokenOf } from './lib/visitor.mjs';

const slug = 'immigrant-day-of-action';
const people = 500;

describe('messages', () => {
  let post, house, server, visitor, browser, region, other;
  const env = () => ({ TURNOUT_MAIL_URL: `smtp://127.0.0.1:${post.port}`, TURNOUT_MAIL_FROM: 'tickets@coalition.example' });
  const serve = async () => {
    visitor?.close();
    server = await house.serve({ env: env() });
    visitor = new Visitor(server.url);
  };
  const signIn = async (page, name) => {
    await page.goto(`${server.url}/staff/sign-in`);
    await page.locator('[name="name"]').fill(name);
    await page.locator('[name="password"]').fill('violet anchor teapot nine');
    await page.locator('main button[type="submit"]').click();
    await page.waitForURL(/\/staff$/);
  };

  before(async () => {
    post = await Post.open();
    house = await openHouse('sqlite');
    [[region], [other]] = await house.query("SELECT code FROM region WHERE code NOT IN ('outside', 'unsaid') ORDER BY no LIMIT 2");
    const list = ['ref,name,contact,email,region,option,lang'];
    for (let i = 0; i < people; i++)
      list.push(`${i},Guest ${i},email,${i === 7 ? 'die' : 'plain'}+${i}@example.org,${region},general,${i % 2 ? 'es' : 'en'}`);
    writeFileSync(join(house.dir, '..', 'list.csv'), `${list.join('\n')}\n`);
    await house.do(['schema', 'import', join(house.dir, '..', 'list.csv'), '--event', slug]);
    for (const [name, role, ...more] of [['olga', 'owner'], ['regina', 'region', '--region', other]])
      await house.do(['schema', 'staff', 'add', name, '--role', role, ...more, '--password-stdin'], { input: 'violet anchor teapot nine\n' });
    // what the import told everybody has gone
    const db = new DatabaseSync(join(house.dir, 'turnout.db'));
    db.exec("UPDATE outbox SET state = 'sent'");
    db.close();
    await serve();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    visitor?.close();
    await house?.close();
    await post?.close();
  });

  const told = (subject) => post.letters().filter((letter) => letter.header('Subject') === subject);

  test('500 people, the mail server dies amid a letter, and we are killed: nobody is left out, nobody gets it twice', async () => {
    const context = await openContext(browser, server.url, { viewport: laptop, locale: 'en-US' });
    const page = await context.newPage();
    await signIn(page, 'olga');
    await page.getByRole('link', { name: 'Messages', exact: true }).click();
    await page.getByRole('button', { name: 'See how many it goes to' }).click();
    await page.locator('.faults a').click();
    assert.equal(await page.evaluate(() => document.activeElement.id), 'subject_en');
    await page.locator('#subject_en').fill('News of Immigrant Day of Action');
    await page.locator('#body_en').fill('Dear {name},\n\nthe gate has moved. See {link}\n<b>Thanks</b>');
    await page.getByText('Other languages').click();
    await page.locator('#subject_es').fill('Noticias');
    await page.locator('#body_es').fill('Hola {name}, cambió la puerta.');
    await page.getByLabel('Region').selectOption(region);
    await page.getByLabel('Who registers later gets it too').selectOption('starts');
    await page.getByRole('button', { name: 'See how many it goes to' }).click();
    const preview = page.locator('section.notice');
    assert.match(await preview.innerText(), /500 letters · 0 calls[^]*The subject names the event/);
    assert.equal((await house.query("SELECT count(*) FROM outbox WHERE kind = 'staff-message'"))[0][0], '0', 'not sent yet');
    await page.locator('#subject_en').fill('News for you');
    const [response] = await Promise.all([page.waitForResponse((answer) => answer.request().method() === 'POST'), page.getByRole('button', { name: 'See how many it goes to' }).click()]);
    assert.deepEqual(await faultsOf(await response.text()), []);
    await page.waitForLoadState();
    assert.doesNotMatch(await preview.innerText(), /names the event/);
    assert.equal(await page.locator('#body_es').inputValue(), 'Hola {name}, cambió la puerta.', 'what was typed is kept');
    await picture(page, 'messages-preview.png');
    assert.deepEqual(await seriousFindings(page), []);
    await page.getByRole('button', { name: 'Send now' }).click();
    await page.getByText('It is on its way').waitFor();

    await post.arrived(60);
    await server.kill();
    const db = new DatabaseSync(join(house.dir, 'turnout.db'));
    db.exec("UPDATE outbox SET due = due - 300 WHERE state = 'waiting'"); // as the lease's end does
    db.close();
    await serve();
    // a killed server's minute comes after a minute; here the message had been given out before
    await post.until(async () => (await house.query("SELECT count(*) FROM outbox WHERE kind = 'staff-message' AND state = 'sent'"))[0][0] === String(people), 'all letters', 90_000);
    const letters = [...told('News for you'), ...told('Noticias')];
    const ids = new Map();
    letters.forEach((letter) => ids.set(letter.to, (ids.get(letter.to) ?? new Set()).add(letter.header('Message-ID'))));
    assert.equal(ids.size, people);
    assert.ok([...ids.values()].every((each) => each.size === 1), 'a repeat has the same Message-ID');
    assert.ok(letters.length <= people + 1, `${letters.length - people} came again; one was in hand when we were killed`);
    const dear = letters.find(({ to }) => to === 'plain+4@example.org'), hola = letters.find(({ to }) => to === 'plain+5@example.org');
    assert.match(dear.text(), /Dear Guest 4,\n\nthe gate has moved\. See http:\S+\/t\/[\w-]+\n<b>Thanks<\/b>/);
    assert.match(dear.text('text/html'), /<p>Dear Guest 4,<\/p>[^]*&lt;b&gt;Thanks/);
    assert.match(hola.text('text/html'), /<div lang="es" dir="ltr"><p>Hola Guest 5, cambió la puerta\.<\/p>/);

    await signIn(page, 'olga');
    await page.goto(`${server.url}/staff/messages`);
    assert.match(await page.locator('#log + .cards').innerText(), /News for you[^]*to 500 registrations[^]*olga[^]*Until .* it also goes to who comes later/);
    await picture(page, 'messages-log.png');
    await page.goto(`${server.url}/staff/audit`);
    assert.match(await page.locator('main').innerText(), /olga[^]*message/);
    await context.close();
  });

  test('a region lead writes to their own region, whatever is asked; an elder without e-mail is called, in Spanish', async () => {
    const fields = Visitor.fill(await visitor.form(slug, { 'Accept-Language': 'es' }), { name: 'Abuela Sin-Correo', contact: 'phone', phone: '+1 (916) 555-0100', region: other, option: 'general', age_band: 'adult', photo: 'no' });
    const token = tokenOf(await visitor.submit(`/e/${slug}/register`, fields, { 'Accept-Language': 'es' }));
    const context = await openContext(browser, server.url, { viewport: phone, locale: 'en-US', permissions: [] });
    const page = await context.newPage();
    await signIn(page, 'regina');
    await page.goto(`${server.url}/staff/messages`);
    assert.equal(await page.getByLabel('Region', { exact: true }).count(), 0);
    await page.locator('#subject_en').fill('News');
    await page.locator('#body_en').fill('The bus leaves at six.');
    await page.getByText('Other languages').click();
    await page.locator('#subject_es').fill('Noticias');
    await page.locator('#body_es').fill('El autobús sale a las seis.');
    await page.locator('form[action="/staff/messages"]').evaluate((form, value) => {
      const input = document.createElement('input');
      Object.assign(input, { type: 'hidden', name: 'region', value });
      form.append(input);
    }, region);
    await page.getByRole('button', { name: 'See how many it goes to' }).click();
    assert.match(await page.locator('section.notice').innerText(), /0 letters · 1 call for people without e-mail/);
    await picture(page, 'messages-phone.png');
    assert.deepEqual(await seriousFindings(page), []);
    await page.getByRole('button', { name: 'Send now' }).click();
    await page.getByText('It is on its way').waitFor();

    const card = page.locator('.card', { hasText: 'message from staff' });
    await post.until(async () => {
      await page.goto(`${server.url}/staff/calls`);
      return card.count();
    }, 'the call');
    await card.getByText('What to say').click();
    const words = card.locator('.words');
    assert.equal(await words.getAttribute('lang'), 'es');
    assert.match(await words.innerText(), new RegExp(`El autobús sale a las seis\\..*/t/${token}`, 's'));
    const sms = new URL(await card.locator('a[href^="sms:"]').getAttribute('href'));
    assert.match(sms.searchParams.get('body'), /El autobús sale a las seis/);
    assert.equal(await card.locator('a[href^="tel:"]').getAttribute('href'), 'tel:+19165550100');
    await picture(page, 'messages-call.png');
    await card.getByRole('button', { name: /^Done/ }).click();
    await card.waitFor({ state: 'detached' });
    const [[state, who]] = await house.query("SELECT state, who FROM outbox WHERE kind = 'staff-message' AND who IS NOT NULL");
    assert.deepEqual([state, who], ['called', 'regina']);
    // a slip of the thumb: the call is there again
    await page.locator('li', { hasText: 'message from staff' }).getByRole('button', { name: /^Not called yet/ }).click();
    await card.waitFor();
    await picture(page, 'messages-undo.png');
    await card.getByRole('button', { name: /^Done/ }).click();
    await page.locator('li', { hasText: 'message from staff' }).waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    assert.deepEqual(await faultsOf(await (await page.request.get(`${server.url}/staff/calls`)).text()), []);
    await context.close();
  });

  test('who registers later gets it too, while that was said', async () => {
    const answer = await visitor.register(slug, { name: 'Late Guest', contact: 'email', email: 'plain+late@example.org', region, option: 'general', age_band: 'adult', photo: 'no' });
    assert.equal(answer.status, 303);
    // the next message makes the server look at all of them at once, and not at the next minute
    const context = await openContext(browser, server.url, { viewport: laptop, locale: 'en-US' });
    const page = await context.newPage();
    await signIn(page, 'olga');
    await page.goto(`${server.url}/staff/messages`);
    await page.locator('#subject_en').fill('Sorry');
    await page.locator('#body_en').fill('You cancelled.');
    await page.getByLabel('Who', { exact: true }).selectOption('cancelled');
    await page.getByLabel('Who registers later gets it too').selectOption('ends');
    await page.getByRole('button', { name: 'See how many it goes to' }).click();
    await page.getByRole('button', { name: 'Send now' }).click();
    await page.getByText('It is on its way').waitFor();
    await post.until(() => post.letters('plain+late@example.org').some((letter) => letter.header('Subject') === 'News for you'), 'the message');
    assert.equal(told('Sorry').length, 0);
    await context.close();
    assert.doesNotMatch(server.log, /Guest|Abuela|@|\/t\//);
  });
});
