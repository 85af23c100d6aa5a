// One person's whole way, in Debian's Chromium without JavaScript: the form in Spanish with a mistake
// in it, the ticket, the door, the report. On both engines, and with the server killed between the
// steps. The person's words are canaries: they may turn up nowhere but on their own pages.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { launch, openContext, phone } from './lib/browser.mjs';
import { spoil } from './lib/door.mjs';
import { engines, openHouse } from './lib/turnout.mjs';
import { Cluster } from './lib/postgres.mjs';
import { readByZbar, readByZxing } from './lib/qr.mjs';
import { Visitor } from './lib/visitor.mjs';

const slug = 'immigrant-day-of-action';
const sessions = ['conference', 'action'];

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

// Rows of attendance by "region session".
function readAttendance(csv) {
  const [head, ...rows] = csv.trim().split(/\r?\n/).map((line) => line.split(','));
  assert.deepEqual(head.slice(0, 8), ['region_code', 'region', 'session', 'expected', 'came', 'no_show', 'walk_in', 'tally']);
  // names may hold a comma: the numbers are counted from the end of the eight
  return new Map(rows.map((row) => {
    const [session, expected, came, noShow, walkIn, tally] = row.slice(row.length - 6 - (head.length - 8)).slice(0, 6);
    return [`${row[0]} ${session}`, { expected, came, noShow, walkIn, tally }];
  }));
}

// PostgreSQL takes files away while we look.
function unlessGone(work, gone) {
  try {
    return work();
  } catch (error) {
    if (error.code !== 'ENOENT')
      throw error;
    return gone;
  }
}
const contentOf = (path) => unlessGone(() => readFileSync(path), Buffer.alloc(0));

function* filesBelow(dir) {
  for (const name of unlessGone(() => readdirSync(dir), [])) {
    const path = join(dir, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory())
      yield* filesBelow(path);
    else if (stat)
      yield [path, stat];
  }
}

for (const engine of engines) {
  for (const killed of [false, true]) {
    describe(`${engine}${killed ? ', killed between the steps' : ''}`, () => {
      const letters = randomBytes(4).toString('hex');
      const canary = {
        name: `Xóchitl Canaria${letters}`,
        email: `canaria${letters}@correo.example`,
        emergency_phone: `916555${String(parseInt(letters.slice(0, 5), 16) % 10000).padStart(4, '0')}`,
        access_text: `rampa-canaria${letters} <b>"ancha"</b>`,
        emergency_name: `Tía-canaria${letters}`,
      };
      let house, cluster, server, port, context, page, visitor;
      let token, ticket, region, earlier;

      before(async () => {
        if (engine === 'postgres')
          cluster = new Cluster();
        house = await openHouse(engine, { cluster });
        server = await house.serve();
        port = server.port;
        visitor = new Visitor(server.url);
        context = await openContext(browser, server.url, { javaScriptEnabled: false, locale: 'es-MX', viewport: phone });
        page = await context.newPage();
      });
      after(async () => {
        await context?.close();
        visitor?.close();
        await house?.close();
        cluster?.close();
      });

      // Between two steps; in the killed journey the power goes.
      async function step() {
        if (!killed)
          return;
        await server.kill();
        server = await house.serve({ listen: `127.0.0.1:${port}` });
      }

      const field = (name) => page.locator(`[name="${name}"]`);
      const choose = (name, value) => page.locator(`[name="${name}"][value="${value}"]`).check();
      const checkin = (lines) => house.turnout(['checkin', '--event', slug, '--session', 'conference', '--json'], { input: `${lines.join('\n')}\n` });
      const attendance = async () => readAttendance(await house.do(['report', 'attendance', '--event', slug, '--format', 'csv']));

      test('the front page leads to the event, and the event to its form, in Spanish', async () => {
        await page.goto(`${server.url}/`);
        assert.equal(new URL(page.url()).pathname, `/e/${slug}`);
        assert.equal(await page.locator('html').getAttribute('lang'), 'es');
        await step();
        await page.locator(`a[href$="/e/${slug}/register"]`).first().click();
        assert.equal(new URL(page.url()).pathname, `/e/${slug}/register`);
        assert.equal(await page.locator('html').getAttribute('lang'), 'es');
      });

      test('what is wrong is told beside it, and what was typed stays', async () => {
        await choose('contact', 'email');
        await field('email').fill('no es un correo');
        await choose('option', 'general');
        const options = await field('region').locator('option').evaluateAll((all) => all.map(({ value, disabled }) => (disabled ? '' : value)).filter(Boolean));
        region = options[3];
        await field('region').selectOption(region);
        await page.locator('details.more > summary').click();
        await field('access_text').fill(canary.access_text);
        await field('emergency_name').fill(canary.emergency_name);
        await field('emergency_phone').fill(canary.emergency_phone);
        await step();
        const [answer] = await Promise.all([page.waitForNavigation(), page.locator('main form button[type="submit"]:not([name])').last().click()]);
        assert.equal(answer.status(), 422);
        for (const wrong of ['name', 'email']) {
          assert.equal(await field(wrong).getAttribute('aria-invalid'), 'true');
          const described = await field(wrong).getAttribute('aria-describedby');
          const fault = page.locator(`#${described.split(' ').find((id) => id.endsWith('-fault'))}`);
          assert.notEqual((await fault.textContent()).trim(), '');
        }
        assert.equal(await field('region').getAttribute('aria-invalid'), null);
        await assertKept('no es un correo');
      });

      async function assertKept(email) {
        assert.equal(await field('email').inputValue(), email);
        assert.equal(await field('region').inputValue(), region);
        assert.equal(await field('access_text').inputValue(), canary.access_text);
        assert.equal(await field('emergency_name').inputValue(), canary.emergency_name);
        assert.equal(await field('emergency_phone').inputValue(), canary.emergency_phone);
        assert.ok(await page.locator('[name="option"][value="general"]').isChecked());
      }

      test('another language keeps what was typed, and puts none of it into the address', async () => {
        await field('name').fill(canary.name);
        await field('email').fill(canary.email);
        for (const lang of ['en', 'es']) {
          await step();
          await Promise.all([page.waitForNavigation(), page.locator(`button[lang="${lang}"]`).click()]);
          assert.equal(await page.locator('html').getAttribute('lang'), lang);
          assert.equal(await field('name').inputValue(), canary.name);
          await assertKept(canary.email);
          assert.ok(!decodeURIComponent(page.url()).includes(letters));
        }
      });

      test('sent, it becomes a ticket', async () => {
        earlier = await attendance();
        await step();
        await Promise.all([page.waitForNavigation(), page.locator('main form button[type="submit"]:not([name])').last().click()]);
        const { pathname } = new URL(page.url());
        assert.match(pathname, /^\/t\/[\w-]{39}$/);
        token = pathname.slice(3);
        assert.equal(await page.locator('html').getAttribute('lang'), 'es');
        assert.ok((await page.locator('main').textContent()).includes(canary.name));
        const [width] = await page.locator('img').evaluateAll((images) => images.map(({ naturalWidth }) => naturalWidth));
        assert.ok(width > 0, 'the code is drawn');
      });

      test('the code reads as the text, by zbarimg and by zxing, from the file and from the screen', async () => {
        await step();
        const text = await visitor.get(`/t/${token}/1.txt`);
        assert.equal(text.status, 200);
        assert.match(text.text, /^T1[0-9A-HJKMNP-TV-Z]{122}\s*$/);
        ticket = text.text.trim();
        await page.reload();
        const pictures = [(await visitor.get(`/t/${token}/1.png`)).body, await page.screenshot({ fullPage: true })];
        for (const picture of pictures) {
          assert.equal(readByZbar(picture), ticket);
          assert.equal(await readByZxing(picture), ticket);
        }
        const svg = await visitor.get(`/t/${token}/1.svg`);
        assert.match(svg.headers['content-type'], /^image\/svg\+xml/);
        assert.ok(!svg.text.includes(letters), 'no name in the picture');
      });

      test('at the door: welcome, welcome back, and with one character changed: not our ticket', async () => {
        const scans = [[ticket, 'green', 'admit'], [ticket, 'green', 'again'], [spoil(ticket), 'red', 'reject_signature']];
        if (killed) {
          for (const [line, shown, decision] of scans) {
            await step();
            const { stdout, stderr } = await checkin([line]);
            const answer = JSON.parse(stdout || '{}');
            assert.deepEqual([answer.shown, answer.decision], [shown, decision], stderr);
          }
          return;
        }
        const { status, stdout, stderr } = await checkin(scans.map(([line]) => line.toLowerCase()));
        const answers = stdout.trim().split('\n').map((line) => JSON.parse(line));
        assert.deepEqual(answers.map(({ shown, decision }) => [shown, decision]), scans.map(([, ...said]) => said), stderr);
        assert.equal(status, 1, 'one was refused');
      });

      test('the report counts exactly one more who came, in their region', async () => {
        await step();
        const now = await attendance();
        assert.deepEqual([...now.keys()], [...earlier.keys()]);
        for (const [row, numbers] of now) {
          const was = earlier.get(row);
          const expected = sessions.some((session) => row === `${region} ${session}`) ? 1 : 0;
          const came = row === `${region} conference` ? 1 : 0;
          assert.equal(Number(numbers.came), Number(was.came) + came, `came, ${row}`);
          assert.equal(Number(numbers.expected), Number(was.expected) + expected, `expected, ${row}`);
          assert.equal(Number(numbers.noShow), Number(was.noShow) + expected - came, `no-show, ${row}`);
          assert.equal(Number(numbers.walkIn), Number(was.walkIn), `walk-in, ${row}`);
        }
      });

      test('no page asked for anything elsewhere', () => {
        assert.deepEqual(context.foreign, []);
      });

      test('nothing personal is in log, database or file names', async () => {
        const logs = house.servers.map(({ log }) => log).join('');
        for (const secret of [letters, canary.emergency_phone, canary.name, token, token.slice(-22), ticket])
          assert.ok(!logs.includes(secret), 'in the log');
        if (cluster)
          await house.query('CHECKPOINT');
        const places = [house.dir, ...(cluster ? [cluster.dir] : [])];
        for (const [path, stat] of places.flatMap((dir) => [...filesBelow(dir)])) {
          assert.ok(!path.includes(letters), path);
          const bytes = stat.isFile() && stat.size ? contentOf(path) : Buffer.alloc(0);
          for (const secret of [letters, canary.emergency_phone, token.slice(-22), ticket])
            assert.ok(!bytes.includes(secret), `in ${path}`);
        }
      });
    });
  }
}
