// Staying informed: the sign-up, the letter, the button, and the way out by one click, as people and their mail programs
// go it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { laptop, launch, openContext, phone, seriousFindings } from './lib/browser.mjs';
import { faultsOf } from './lib/html.mjs';
import { picture } from './lib/looks.mjs';
import { Post } from './lib/post.mjs';
import { openHouse } from './lib/turnout.mjs';
import { Visitor, readForm, tokenOf, unescape, valueOf } from './lib/visitor.mjs';

const slug = 'immigrant-day-of-action';
const form = { 'Content-Type': 'application/x-www-form-urlencoded' };

describe('stay informed', () => {
  let post, house, server, visitor, browser, region;
  const cookies = {};

  before(async () => {
    post = await Post.open();
    house = await openHouse('sqlite');
    server = await house.serve({ env: { TURNOUT_MAIL_URL: `smtp://127.0.0.1:${post.port}`, TURNOUT_MAIL_FROM: 'news@coalition.example' } });
    visitor = new Visitor(server.url);
    browser = await launch();
    [[region]] = await house.query("SELECT code FROM region WHERE code NOT IN ('outside', 'unsaid') ORDER BY no LIMIT 1");
    for (const [name, role, ...more] of [['olga', 'owner'], ['regina', 'region', '--region', region]]) {
      await house.do(['schema', 'staff', 'add', name, '--role', role, ...more, '--password-stdin'], { input: 'violet anchor teapot nine\n' });
      cookies[name] = { Cookie: (await visitor.submit('/staff/sign-in', { name, password: 'violet anchor teapot nine' })).headers['set-cookie'][0].split(';')[0] };
    }
  });
  after(async () => {
    await browser?.close();
    visitor?.close();
    assert.doesNotMatch(server?.log ?? '', /@|\/stay-informed\//);
    await house?.close();
    await post?.close();
  });

  const on = async () => Number((await house.query('SELECT count(*) FROM informed WHERE confirmed IS NOT NULL'))[0][0]);
  const ask = (email, more = {}) => visitor.submit('/stay-informed', { email, language: 'en', region: '', ...more });
  const letterTo = async (email, n = 1) => {
    await post.until(() => post.letters(email).length >= n, `letter ${n} to ${email}`);
    return post.letters(email)[n - 1];
  };
  const linkIn = (letter) => new URL(/https?:\S+\/stay-informed\/\S+/.exec(letter.text())[0]);
  const press = (path, fields = {}, headers = {}) => visitor.submit(path, fields, headers);
  const exported = async (name) => {
    const page = (await visitor.get('/staff/reports', cookies[name])).text;
    const csrf = valueOf(readForm(page, ({ action }) => action === '/staff/reports/stay-informed.csv').fields, 'csrf');
    return visitor.submit('/staff/reports/stay-informed.csv', { csrf, reason: 'the autumn letter' }, cookies[name]);
  };

  test('a phone, in Spanish: sign up, confirm from the letter, leave', async () => {
    const context = await openContext(browser, server.url, { viewport: phone, locale: 'es-MX' });
    const page = await context.newPage();
    const findings = new Set();
    const look = async (name) => {
      for (const scheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
        await picture(page, `stay-${name}-${scheme}.png`);
        (await seriousFindings(page)).forEach((finding) => findings.add(`${name}: ${finding}`));
      }
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(overflow <= 0, `${name}: ${overflow} px too wide`);
    };
    await page.goto(`${server.url}/e/${slug}`);
    await page.getByRole('link', { name: 'Manténgase al tanto' }).click();
    await page.getByLabel('Correo electrónico').fill('rosa at home');
    await page.getByLabel('Su región').selectOption(region);
    await page.getByRole('main').getByRole('button', { name: 'Quiero recibir noticias' }).click();
    await page.locator('.faults a').click(); // the fault leads to its field
    assert.equal(await page.evaluate(() => document.activeElement.id), 'email');
    await look('fault');
    assert.equal(await page.getByLabel('Su región').inputValue(), region);
    // switching the language keeps what was typed
    await page.getByRole('button', { name: 'English' }).click();
    assert.equal(await page.locator('#email').inputValue(), 'rosa at home');
    await page.getByRole('button', { name: 'Español' }).click();
    await page.locator('#email').fill('Rosa@Home.example.org');
    await look('form');
    await page.getByRole('main').getByRole('button', { name: 'Quiero recibir noticias' }).click();
    await page.getByRole('heading', { name: 'Por favor revise su correo' }).waitFor();
    await look('asked');

    const letter = await letterTo('rosa@home.example.org');
    assert.equal(letter.header('Subject'), 'Por favor confirme su dirección');
    assert.match(letter.text('text/html'), /<html lang="es" dir="ltr">/);
    assert.doesNotMatch(letter.raw, /Immigrant|inmigrante|Sacramento/i);
    assert.equal(await on(), 0);
    const link = linkIn(letter);
    await page.goto(link.href);
    await look('confirm');
    assert.equal(await on(), 0, 'opening the link is not enough: programs that look through mail open it too');
    await page.getByRole('button', { name: 'Sí, manténganme al tanto' }).click();
    await page.getByRole('heading', { name: 'Está en la lista' }).waitFor();
    await look('on');
    assert.equal(await on(), 1);
    assert.match(await (await exported('olga')).text, /rosa@home\.example\.org,es,/);

    await page.goto(/https?:\S+\/leave/.exec(letter.text())[0]);
    await look('leave');
    assert.equal(await on(), 1);
    await page.getByRole('button', { name: 'Salir de la lista' }).click();
    await page.getByRole('heading', { name: 'Salió de la lista' }).waitFor();
    await look('left');
    assert.equal(await on(), 0);
    await page.goto(link.href);
    await page.getByRole('heading', { name: 'Este enlace ya no sirve' }).waitFor();
    await look('gone');
    assert.deepEqual(context.foreign, []);
    assert.deepEqual([...findings], []);
    await context.close();
  });

  test('a mail program leaves by one click, from anywhere, and again is no trouble', async () => {
    await ask('plain+one@example.org');
    const letter = await letterTo('plain+one@example.org');
    const link = linkIn(letter);
    assert.equal((await press(`${link.pathname}/confirm`, {}, { Origin: 'https://evil.example' })).status, 403);
    assert.equal((await press(`${link.pathname}/confirm`)).status, 303);
    assert.equal((await press(`${link.pathname}/confirm`)).status, 303);
    assert.equal(await on(), 1);
    assert.equal(letter.header('List-Unsubscribe-Post'), 'List-Unsubscribe=One-Click');
    const [, way] = /^<(\S+)>$/.exec(letter.header('List-Unsubscribe'));
    const boundary = 'x1y2z3';
    for (const [type, body] of [
      [form['Content-Type'], 'List-Unsubscribe=One-Click'],
      [`multipart/form-data; boundary=${boundary}`, `--${boundary}\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--${boundary}--\r\n`],
    ]) {
      const answer = await visitor.request('POST', way, { headers: { 'Content-Type': type, Origin: 'https://mail.example' }, body });
      assert.equal(answer.status, 200, 'and no redirect');
      assert.equal(await on(), 0);
    }
    const forged = way.replace(/.(?=\/leave$)/, (c) => (c === 'A' ? 'B' : 'A'));
    assert.equal((await visitor.request('POST', forged, { headers: form, body: 'List-Unsubscribe=One-Click' })).status, 200, 'says nothing of who is there');
  });

  test('an address that is known is answered like one that is not, and its owner hears of it', async () => {
    await ask('plain+known@example.org');
    const link = linkIn(await letterTo('plain+known@example.org'));
    await press(`${link.pathname}/confirm`);
    const answers = await Promise.all(['plain+known@example.org', 'PLAIN+known@example.org ', 'plain+new@example.org'].map((email) => ask(email)));
    for (const { status, headers, text } of answers)
      assert.deepEqual([status, headers.location, text], [303, '/stay-informed?asked=1', answers[0].text]);
    await letterTo('plain+new@example.org');
    assert.equal(post.letters('plain+known@example.org').length, 1, 'one letter a day');
    assert.equal((await ask('a@example.org\r\nBcc: b@example.org')).status, 422);
    await press(`${link.pathname}/leave`);
  });

  test('who ticked it when registering confirms by the letter alone; the ticket’s link is not enough', async () => {
    const register = (email, keep) => visitor.register(slug, { name: 'Guest', contact: 'email', email, region, option: 'general', age_band: 'adult', photo: 'no', ...(keep ? { keep_informed: 'yes' } : {}) });
    const token = tokenOf(await register('plain+ticked@example.org', true));
    await register('plain+not@example.org', false);
    assert.doesNotMatch((await letterTo('plain+not@example.org')).text(), /stay-informed/);
    const letter = await letterTo('plain+ticked@example.org');
    const link = linkIn(letter);
    assert.ok(letter.text('text/html').includes(link.pathname));
    for (const other of [`/stay-informed/from/${token}`, `/stay-informed/${link.pathname.split('/').at(-1)}`])
      assert.equal((await visitor.get(other)).status, 404);
    assert.match((await visitor.get(link.pathname)).text, /Yes, keep me informed/);
    assert.equal(await on(), 0);
    const answer = await press(link.pathname);
    assert.match(answer.headers.location, /^\/stay-informed\/[\w-]+$/);
    assert.match((await visitor.get(answer.headers.location)).text, /You are on the list/);
    await press(link.pathname);
    assert.equal(await on(), 1);
    const [[source, asked, given]] = await house.query("SELECT i.source, i.asked, c.at FROM informed i, consent c WHERE i.confirmed IS NOT NULL AND c.kind = 1");
    assert.deepEqual([source, asked], ['registration', given], 'the proof is of when they ticked it');
  });

  test('staff take the list home with the proof, a region lead their own region alone; an address is taken off on demand', async () => {
    await ask('plain+north@example.org', { region, language: 'es' });
    await ask('plain+far@example.org', { region: 'outside' });
    for (const name of ['north', 'far'])
      await press(`${linkIn(await letterTo(`plain+${name}@example.org`)).pathname}/confirm`);
    await ask('plain+unconfirmed@example.org', { region });
    const all = (await exported('olga')).text, own = await exported('regina');
    assert.match(all, /^email,lang,region_code,asked,confirmed,source,text_version,text_lang,leave\r\n/);
    const [row] = new RegExp(`^plain\\+north@.*$`, 'm').exec(all);
    assert.match(row, new RegExp(`^plain\\+north@example\\.org,es,${region},\\d{4}-\\d\\d-\\d\\dT[^,]+,\\d{4}-[^,]+,form,1,en,${server.url}/stay-informed/[\\w-]+/leave\\r?$`));
    assert.match(all, /plain\+far/);
    assert.doesNotMatch(all, /unconfirmed/);
    assert.equal(own.headers['content-disposition'], 'attachment; filename="stay-informed.csv"');
    assert.match(own.text, /plain\+north/);
    assert.doesNotMatch(own.text, /plain\+far/);
    assert.match((await visitor.get('/staff/audit', cookies.olga)).text, /stay-informed: the autumn letter/);

    let page = (await visitor.get('/staff/reports', cookies.olga)).text;
    assert.deepEqual(await faultsOf(page), []);
    const { fields } = readForm(page, ({ action }) => action === '/staff/reports/stay-informed/leave');
    const off = await visitor.submit('/staff/reports/stay-informed/leave', { csrf: valueOf(fields, 'csrf'), email: 'Plain+Far@example.org' }, cookies.olga);
    page = unescape((await visitor.get(off.headers.location, cookies.olga)).text);
    assert.match(page, /The address is off the list/);
    assert.doesNotMatch((await exported('olga')).text, /plain\+far/);
    assert.equal((await visitor.get('/staff/reports', cookies.regina)).text.includes('/leave"'), false);
  });

  test('its pages are well-formed, on a laptop and from right to left too', async () => {
    for (const path of ['/stay-informed', '/stay-informed?asked=1', '/stay-informed/0000000000000000-AAAAAAAAAAAAAAAAAAAAAA/leave'])
      assert.deepEqual(await faultsOf((await visitor.get(path)).text), [], path);
    const context = await openContext(browser, server.url, { viewport: laptop });
    const page = await context.newPage();
    await page.goto(`${server.url}/stay-informed`);
    await picture(page, 'stay-form-laptop.png');
    await context.close();
  });
});
