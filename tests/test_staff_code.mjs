// Staff with a code beside the password, without JavaScript and on both engines: set up by an app that reads the picture,
// signed in with, lost. The app here is our own few lines of RFC 6238, so that ours and liboath's must agree.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { laptop, launch, openContext, phone, seriousFindings } from './lib/browser.mjs';
import { faultsOf } from './lib/html.mjs';
import { picture } from './lib/looks.mjs';
import { readByZbar } from './lib/qr.mjs';
import { House, engines, event, openHouse } from './lib/turnout.mjs';
import { Visitor, readForm, valueOf } from './lib/visitor.mjs';

const password = 'violet anchor teapot nine';
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

// What an app shows for a secret, so many half minutes from now.
function codeOf(secret, later = 0) {
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((each) => parseInt(each, 2)));
  const count = Buffer.alloc(8);
  count.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const hash = createHmac('sha1', key).update(count).digest();
  const at = hash.at(-1) & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
const wrong = (code) => code.replace(/.$/, (digit) => (Number(digit) + 5) % 10);

for (const engine of engines) {
  describe(engine, { concurrency: true }, () => {
    let house, server, visitor;
    const give = (name, role = 'staff') =>
      house.do(['schema', 'staff', 'add', name, '--role', role, '--password-stdin'], { input: `${password}\n` });

    before(async () => {
      house = await openHouse(engine, { definition: event('fifty-seats') });
      for (const [name, role] of [['ada', 'owner'], ['bob', 'staff'], ['cleo', 'staff'], ['dan', 'staff'], ['eve', 'staff'], ['gus', 'staff'], ['finn', 'viewer']])
        await give(name, role);
      server = await house.serve();
      visitor = new Visitor(server.url);
    });
    after(async () => {
      visitor?.close();
      await house?.close();
    });

    const signIn = (name, code = '', word = password) => visitor.submit('/staff/sign-in', { name, password: word, code });
    const cookieOf = (answer) => {
      assert.equal(answer.status, 303, answer.text);
      return { Cookie: answer.headers['set-cookie'][0].split(';')[0] };
    };
    // Sends the form of a page that we were given, or of /staff/code.
    async function send(cookie, answers, page) {
      page ??= await visitor.get('/staff/code', cookie);
      assert.deepEqual(await faultsOf(page.text), []);
      const { action, fields } = readForm(page.text, (form) => form.action.startsWith('/staff/code'));
      return visitor.submit(action, Visitor.fill(fields, answers), cookie);
    }
    const secretOn = (page) => /class="typed secret"[^]*?<b[^>]*>([A-Z2-7 ]+)<\/b>/.exec(page.text)[1].replace(/ /g, '');
    const papersOn = (page) => [...page.text.matchAll(/<li><b[^>]*>([\d ]+)<\/b>/g)].map(([, code]) => code);
    // Whoever sets one up: their cookie, secret and codes on paper.
    async function setUp(name) {
      const cookie = cookieOf(await signIn(name));
      const fresh = await send(cookie, { password, act: 'start' });
      assert.equal(fresh.status, 200, fresh.text);
      const secret = secretOn(fresh);
      const paper = await send(cookie, { code: codeOf(secret) }, fresh);
      assert.equal(paper.status, 200, paper.text);
      return { cookie, secret, papers: papersOn(paper), page: paper };
    }

    test('a code is set up with the password and the first code, and then signs in, once', async () => {
      const elsewhere = cookieOf(await signIn('ada'));
      const cookie = cookieOf(await signIn('ada'));
      const off = await visitor.get('/staff/code', cookie);
      assert.match(off.text, /with your password alone/);
      const refused = await send(cookie, { password: 'violet anchor teapot ten', act: 'start' });
      assert.equal(refused.status, 422);
      assert.match(refused.text, /role="alert"[^]*password isn’t right/);
      assert.doesNotMatch(refused.text, /otpauth|class="typed/);

      const fresh = await send(cookie, { password, act: 'start' });
      assert.match(fresh.headers['cache-control'], /no-store/);
      const secret = secretOn(fresh);
      assert.match(secret, /^[A-Z2-7]{32}$/);
      const again = await send(cookie, { code: wrong(codeOf(secret)) }, fresh);
      assert.equal(again.status, 422);
      assert.equal(secretOn(again), secret, 'the app has it already: it is not another one');
      assert.match((await visitor.get('/staff/code', cookie)).text, /with your password alone/);
      const paper = await send(cookie, { code: codeOf(secret) }, again);
      assert.equal(paper.status, 200);
      assert.match(paper.headers['cache-control'], /no-store/);
      const papers = papersOn(paper);
      assert.equal(new Set(papers).size, 10);
      papers.forEach((code) => assert.match(code, /^\d{4} \d{4} \d{4}$/));
      assert.match((await visitor.get('/staff/code', cookie)).text, /password and a code\.[^]*10 codes on paper/);

      assert.equal((await visitor.get('/staff', elsewhere)).status, 303, 'the other session has ended');
      assert.equal((await visitor.get('/staff', cookie)).status, 200);
      assert.equal((await signIn('ada')).status, 422);
      assert.equal((await signIn('ada', codeOf(secret))).status, 422, 'the one that set it up is used');
      const next = codeOf(secret, 1); // of a clock that goes half a minute fast
      cookieOf(await signIn('ada', ` ${next.slice(0, 3)} ${next.slice(3)}`));
      assert.equal((await signIn('ada', next)).status, 422, 'nor is it good twice');
      cookieOf(await signIn('ada', papers[0]));
      assert.equal((await signIn('ada', papers[0])).status, 422);
      const later = cookieOf(await signIn('ada', papers[1].replace(/ /g, '')));
      assert.match((await visitor.get('/staff/code', later)).text, /8 codes on paper/);
      assert.match((await visitor.get('/staff/audit', later)).text, /code\.on/);
    });

    test('the picture says to the app what the letters say to who types', async () => {
      const cookie = cookieOf(await signIn('bob'));
      const fresh = await send(cookie, { password, act: 'start' });
      const [, svg] = /src="data:image\/svg\+xml;base64,([^"]+)"/.exec(fresh.text.replace(/&#x3D;/g, '=').replace(/&#x2F;/g, '/'));
      const png = await asPng(Buffer.from(svg, 'base64'));
      assert.equal(readByZbar(png), `otpauth://totp/turnout:bob?secret=${secretOn(fresh)}&issuer=turnout`);
    });

    test('nobody learns whether it was the name, the password or the code', async () => {
      const { secret, papers } = await setUp('cleo');
      const tries = [['cleo', password, wrong(codeOf(secret, 1))], ['cleo', 'violet anchor teapot ten', codeOf(secret, 1)],
        ['cleo', password, ''], ['clea', password, codeOf(secret, 1)], ['cleo', password, '0000 0000 0000']];
      const answers = [];
      for (const [name, word, code] of tries) {
        const { status, headers, text } = await signIn(name, code, word);
        answers.push(JSON.stringify([status, headers['set-cookie'], headers['retry-after'], text.replace(`value="${name}"`, '')]));
      }
      assert.equal(new Set(answers).size, 1);
      assert.match(answers[0], /^\[422,null,null,.*The name, the password or the code isn’t right/);
      // who has both is let in after them all
      for (const until = Date.now() + 30_000; ;) {
        const answer = await signIn('cleo', papers[0]);
        if (answer.status === 303)
          break;
        assert.equal(answer.status, 429, 'throttled, and not locked out');
        assert.ok(Date.now() < until);
        await new Promise((done) => setTimeout(done, 1000 * Number(answer.headers['retry-after'])));
      }
      // a right password with a wrong code is a thing that an owner has to know of
      const [[n]] = await house.query("SELECT count(*) FROM audit WHERE act = 'sign-in.wrong-code' AND who = 'cleo'");
      assert.equal(n, '3');
    });

    test('who lost the phone gets in by paper and sets up another; who lost both is helped by a command', async () => {
      const { secret, papers } = await setUp('dan');
      const cookie = cookieOf(await signIn('dan', papers[2]));
      const fresh = await send(cookie, { password, act: 'start' });
      const other = secretOn(fresh);
      assert.notEqual(other, secret);
      const paper = await send(cookie, { code: codeOf(other) }, fresh);
      assert.equal((await signIn('dan', codeOf(secret, 1))).status, 422);
      assert.equal((await signIn('dan', papers[3])).status, 422, 'paper of before is void too');
      cookieOf(await signIn('dan', codeOf(other, 1)));
      const ten = await send(cookie, { password, act: 'paper' });
      assert.equal(papersOn(ten).length, 10);
      assert.equal((await signIn('dan', papersOn(paper)[0])).status, 422);
      const last = cookieOf(await signIn('dan', papersOn(ten)[0]));

      assert.match(await house.do(['schema', 'staff', 'list']), /^dan\t(?:[^\t]*\t){4}yes$/m);
      await house.do(['schema', 'staff', 'reset-code', 'Dan']);
      assert.match(await house.do(['schema', 'staff', 'list']), /^dan\t(?:[^\t]*\t){4}no$/m);
      assert.equal((await visitor.get('/staff', last)).status, 303, 'signed out everywhere');
      cookieOf(await signIn('dan'));
      const nobody = await house.turnout(['schema', 'staff', 'reset-code', 'nobody']);
      assert.deepEqual([nobody.status, nobody.stdout], [2, '']);
      assert.match(nobody.stderr, /^turnout: nobody signs in as "nobody"\n$/);
    });

    test('it is taken off with the password, and with nothing less', async () => {
      const { cookie } = await setUp('eve');
      assert.equal((await send(cookie, { password: 'x', act: 'off' })).status, 422);
      assert.equal((await signIn('eve')).status, 422);
      const off = await send(cookie, { password, act: 'off' });
      assert.equal(off.headers.location, '/staff/code?done=off');
      assert.match((await visitor.get('/staff/code?done=off', cookie)).text, /role="status"[^]*without a code now/);
      cookieOf(await signIn('eve'));
    });

    test('the setup of one person is of no use to another', async () => {
      const cookie = cookieOf(await signIn('finn'));
      const theirs = await send(cookieOf(await signIn('gus')), { password, act: 'start' });
      const mine = await visitor.get('/staff/code', cookie);
      const csrf = valueOf(readForm(mine.text, (form) => form.action.startsWith('/staff/code')).fields, 'csrf');
      const setup = valueOf(readForm(theirs.text, (form) => form.action.endsWith('confirm')).fields, 'setup');
      const refused = await visitor.submit('/staff/code/confirm', { csrf, setup, code: codeOf(secretOn(theirs)) }, cookie);
      assert.equal(refused.status, 422);
      assert.match((await visitor.get('/staff/code', cookie)).text, /with your password alone/);
    });
  });
}

describe('a role that has to have one', () => {
  let house, server, visitor, browser;
  before(async () => {
    house = await openHouse('sqlite', { definition: event('fifty-seats') });
    for (const [name, role] of [['ada', 'owner'], ['vera', 'viewer']])
      await house.do(['schema', 'staff', 'add', name, '--role', role, '--password-stdin'], { input: `${password}\n` });
    server = await house.serve({ env: { TURNOUT_STAFF_CODE_ROLES: 'owner, region' } });
    visitor = new Visitor(server.url);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    visitor?.close();
    await house?.close();
  });

  test('a setting that names no role is told', async () => {
    const { status, stderr } = await house.turnout(['web', '--staff-code-roles', 'owner, boss']);
    assert.equal(status, 2);
    assert.match(stderr, /staff-code-roles: owner, staff, region, viewer: some, with commas between them is wanted/);
  });

  for (const [lang, locale] of [['en', 'en-US'], ['es', 'es-MX']])
    test(`in a browser, by keyboard and without a script, in ${lang}: nothing opens before it is set up`, async () => {
      const context = await openContext(browser, server.url, { viewport: phone, locale, javaScriptEnabled: lang === 'es' });
      const page = await context.newPage();
      const findings = [];
      const look = async (name) => {
        if (lang === 'es')
          for (const [width, viewport] of Object.entries({ phone, laptop })) {
            await page.setViewportSize(viewport);
            for (const scheme of ['light', 'dark']) {
              await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
              await picture(page, `code-${name}-${width}-${scheme}.png`);
              findings.push(...(await seriousFindings(page)).map((finding) => `${name} ${width} ${scheme}: ${finding}`));
            }
            const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
            if (wide > 0)
              findings.push(`${name} ${width}: ${wide} px too wide`);
          }
        await page.setViewportSize(phone);
      };
      const type = async (label, text) => {
        await page.getByLabel(label).focus();
        await page.keyboard.type(text);
      };
      const enter = () => Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
      const words = lang === 'es' ? { name: 'Nombre', password: 'Contraseña', code: 'Código de su aplicación', first: 'Seis dígitos', kept: 'Ya los guardé' }
        : { name: 'Name', password: 'Password', code: 'Code from your app', first: 'Six digits', kept: 'I have kept them' };

      await house.do(['schema', 'staff', 'reset-code', 'ada']);
      await page.goto(`${server.url}/staff/sign-in`);
      await look('sign-in');
      await type(words.name, 'ada');
      await type(words.password, password);
      await enter();
      assert.equal(new URL(page.url()).pathname, '/staff/code');
      for (const path of ['/staff', '/staff/devices', '/staff/audit', '/staff/reports/attendance.csv']) {
        const answer = await context.request.get(`${server.url}${path}`, { maxRedirects: 0 });
        assert.deepEqual([answer.status(), answer.headers().location], [303, '/staff/code'], path);
      }
      await look('off');
      await type(words.password, password);
      await enter();
      const secret = (await page.locator('.secret b').innerText()).replace(/ /g, '');
      const [box] = [await page.locator('.pairing img').boundingBox()];
      assert.ok(box.width > 200 && box.height > 200, 'the picture is there');
      await look('new');
      await type(words.first, wrong(codeOf(secret)));
      await enter();
      await look('wrong');
      await type(words.first, codeOf(secret));
      await enter();
      const papers = await page.locator('.codes b').allInnerTexts();
      assert.equal(papers.length, 10);
      await look('paper');
      await page.getByRole('link', { name: words.kept }).focus();
      await enter();
      await look('on');
      assert.equal(await page.locator('input[value=off]').count(), 0, 'an owner can not do without it here');
      assert.equal((await context.request.get(`${server.url}/staff/devices`, { maxRedirects: 0 })).status(), 200);
      await context.clearCookies();
      await page.goto(`${server.url}/staff/sign-in`);
      await type(words.name, 'ada');
      await type(words.password, password);
      await type(words.code, papers[0]);
      await enter();
      assert.equal(new URL(page.url()).pathname, '/staff');
      assert.deepEqual(findings, []);
      assert.deepEqual(context.foreign, []);
      await context.close();
      kept.push(secret, ...papers, ...papers.map((code) => code.replace(/ /g, '')));
    });
  const kept = [];

  test('by hand it can not be taken off there, and who needs none is not asked', async () => {
    const owner = await visitor.submit('/staff/sign-in', { name: 'vera', password });
    const cookie = { Cookie: owner.headers['set-cookie'][0].split(';')[0] };
    assert.equal((await visitor.get('/staff', cookie)).status, 200);
    await house.do(['schema', 'staff', 'add', 'vera', '--role', 'owner', '--password-stdin'], { input: `${password}\n` });
    const anew = await visitor.submit('/staff/sign-in', { name: 'vera', password });
    const again = { Cookie: anew.headers['set-cookie'][0].split(';')[0] };
    const page = await visitor.get('/staff/code', again);
    const { fields } = readForm(page.text, (form) => form.action === '/staff/code');
    const fresh = await visitor.submit('/staff/code', Visitor.fill(fields, { password, act: 'start' }), again);
    const form = readForm(fresh.text, ({ action }) => action.endsWith('confirm'));
    const secret = /class="typed secret"[^]*?<b[^>]*>([A-Z2-7 ]+)<\/b>/.exec(fresh.text)[1].replace(/ /g, '');
    assert.equal((await visitor.submit(form.action, Visitor.fill(form.fields, { code: codeOf(secret) }), again)).status, 200);
    assert.equal((await visitor.submit('/staff/code', Visitor.fill(fields, { password, act: 'off' }), again)).status, 403);
    kept.push(secret);
  });

  test('neither secret nor code stands in the log, the database or a file; a backup with its keys brings them back', async () => {
    assert.ok(kept.length > 20);
    const copies = join(house.dir, '..');
    await house.do(['schema', 'backup', join(copies, 'copy.db')]);
    await house.do(['schema', 'backup-keys', join(copies, 'copy.keys')], { input: 'correct horse battery staple\n' });
    const files = readdirSync(house.dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
      .map((entry) => [entry.name, readFileSync(join(entry.parentPath, entry.name), 'latin1')]);
    files.push(['the log', server.log], ['the copy', readFileSync(join(copies, 'copy.db'), 'latin1')]);
    for (const [name, text] of files)
      for (const secret of kept)
        assert.ok(!text.includes(secret), name);

    const back = join(copies, 'back');
    const restored = await new House(back).turnout(['schema', 'restore', join(copies, 'copy.db'), '--keys', join(copies, 'copy.keys')],
      { input: 'correct horse battery staple\n' });
    assert.equal(restored.status, 0, restored.stderr);
    await server.stop();
    house.dir = back;
    server = await house.serve();
    const again = new Visitor(server.url);
    assert.equal((await again.submit('/staff/sign-in', { name: 'vera', password })).status, 422);
    assert.equal((await again.submit('/staff/sign-in', { name: 'vera', password, code: codeOf(kept.at(-1), 1) })).status, 303);
    again.close();
  });
});

// The picture as a screen shows it.
async function asPng(svg) {
  const browser = await launch();
  try {
    const page = await browser.newPage({ viewport: { width: 400, height: 400 } });
    await page.setContent(`<img width="380" height="380" src="data:image/svg+xml;base64,${svg.toString('base64')}">`);
    return await page.screenshot();
  } finally {
    await browser.close();
  }
}
