// Journeys in Chromium of people who look after their own registration: with a mouse, without scripts, with a keyboard
// alone, by a letter's link; each in a language of its own, with a real mail server.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { laptop, launch, openContext, phone } from './lib/browser.mjs';
import { Home, person } from './lib/home.mjs';
import { faultsOf } from './lib/html.mjs';
import { Looks } from './lib/looks.mjs';
import { Post } from './lib/post.mjs';
import { readByZbar } from './lib/qr.mjs';
import { top } from './lib/turnout.mjs';

// The languages that there are, each journey in another.
const spoken = readdirSync(join(top, 'web', 'locales')).filter((name) => name.endsWith('.json')).map((name) => name.replace('.json', ''));
const speak = (...wanted) => wanted.find((code) => spoken.includes(code)) ?? 'en';

describe('journeys', () => {
  const looks = new Looks('self');
  let post, home, browser;
  before(async () => {
    post = await Post.open();
    home = await Home.open('sqlite', {
      env: { TURNOUT_MAIL_URL: `smtp://127.0.0.1:${post.port}`, TURNOUT_MAIL_FROM: 'tickets@coalition.example' },
      change: (definition) => {
        definition.languages = spoken;
        definition.options[0].capacity = 1;
      },
    });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await home?.close();
    await post?.close();
    assert.doesNotMatch(home.server.log, /quetzal|@|\/t\//i);
  });

  // A page in a context of its own, that speaks @lang.
  const open = async (lang, options = {}) => {
    const context = await openContext(browser, home.server.url, { viewport: phone, ...options });
    context.setDefaultTimeout(60_000); // a busy machine
    const page = await context.newPage();
    const go = (path) => page.goto(`${home.server.url}${path}${path.includes('?') ? '&' : '?'}lang=${lang}`);
    return { context, page, go };
  };
  const spoke = async (page, lang) => assert.equal(await page.locator('html').getAttribute('lang'), lang);
  const linkIn = (letter) => /\/t\/[\w-]+/.exec(letter.text())[0];
  const press = (page, selector) => Promise.all([page.waitForNavigation(), page.locator(selector).click()]);
  const valid = async (page) => assert.deepEqual(await faultsOf(await (await home.visitor.get(new URL(page.url()).pathname, { Cookie: '' })).text), []);

  test('somebody waits, another cancels, the letter comes, and the place is theirs by the link in it', async () => {
    const lang = speak('es');
    const first = await home.register({ name: 'Rosa', option: 'a', contact: 'email', email: 'rosa@home.example' });
    const token = await home.register({ name: 'Benito', option: 'b', contact: 'email', email: 'benito@home.example', meal: 'vegan' });
    const [no] = await home.numbers(token), [hers] = await home.numbers(first);
    const { context, page, go } = await open(lang);
    await go(`/t/${token}`);
    await spoke(page, lang);
    await looks.at(page, 'tickets');
    await press(page, `a[href$="/change/${no}"]`);
    await looks.at(page, 'change');
    await page.locator('#option-1').check();
    await press(page, 'main form .act button[type="submit"]');
    await looks.at(page, 'change-full');
    await press(page, 'button[name="wait"]');
    assert.equal(new URL(page.url()).searchParams.get('done'), 'waits');
    await looks.at(page, 'waits');

    await go(`/t/${first}`);
    await press(page, `a[href$="/cancel?no=${hers}"]`);
    await looks.at(page, 'cancel');
    await press(page, 'button[name="sure"]');
    assert.equal(new URL(page.url()).searchParams.get('done'), 'cancelled');
    await looks.at(page, 'cancelled');

    const letters = await post.until(() => {
      const all = post.letters('benito@home.example');
      return all.length >= 3 && all; // registered, changed, a place is free
    }, 'the letter of the free place');
    await go(linkIn(letters.at(-1)));
    await looks.at(page, 'offered');
    await press(page, 'button[name="confirm"]');
    assert.equal(await page.locator('button[name="confirm"]').count(), 0);
    assert.deepEqual((await home.states(token))[0].slice(0, 3), ['active', 'due', 'confirmed']);
    const last = (await post.until(() => {
      const all = post.letters('benito@home.example');
      return all.length >= 4 && all;
    }, 'the letter with the ticket')).at(-1);
    const [picture] = last.leaves().filter(({ type }) => type === 'image/png');
    assert.equal(readByZbar(Buffer.from(picture.content, 'base64')), (await home.visitor.get(`/t/${token}/1.txt`)).text.trim());
    await post.letter('rosa@home.example');
    assert.deepEqual(context.foreign, []);
    await context.close();
  });

  test('without JavaScript: what is wrong is mended, what is kept is read, and all of it is deleted', async () => {
    const lang = speak('vi', 'zh-Hans');
    const token = await home.register({ ...person, name: 'Quetzal', name_2: 'Quetzalito', age_band_2: 'under-16', contact: 'email', email: 'quetzal@home.example' });
    const [no] = await home.numbers(token);
    const { context, page, go } = await open(lang, { javaScriptEnabled: false });
    await go(`/t/${token}`);
    await spoke(page, lang);
    await press(page, `a[href$="/correct/${no}"]`);
    await page.locator('[name="name"]').fill('');
    await page.locator('[name="meal"]').selectOption('halal');
    await press(page, 'main form .act button[type="submit"]');
    await page.locator('.faults a[href="#name"]').click();
    assert.equal(await page.locator('[name="meal"]').inputValue(), 'halal');
    await page.locator('[name="name"]').fill('Quetzal Méndez');
    await press(page, 'main form .act button[type="submit"]');
    assert.equal(new URL(page.url()).searchParams.get('done'), 'corrected');
    await press(page, 'a[href$="/contact"]');
    await page.locator('[name="email"]').fill('other-quetzal@home.example');
    // the other language keeps what was typed
    const other = spoken.find((code) => code !== lang);
    await press(page, `button[name="switch"][value="${other}"]`);
    await spoke(page, other);
    assert.equal(await page.locator('[name="email"]').inputValue(), 'other-quetzal@home.example');
    await press(page, 'main form .act button[type="submit"]');
    await post.letter('other-quetzal@home.example');
    await press(page, 'a[href$="/data"]');
    assert.match(await page.locator('main').innerText(), /Quetzal Méndez[^]*other-quetzal@home\.example/);
    await valid(page);
    await go(`/t/${token}`);
    await press(page, 'a[href$="/delete"]');
    await press(page, 'button[name="sure"]');
    assert.equal(new URL(page.url()).pathname, '/deleted');
    assert.equal((await page.goto(`${home.server.url}/t/${token}`)).status(), 404);
    await context.close();
  });

  test('by keyboard alone: another option, then cancelled', async () => {
    const lang = speak('ar', 'fa', 'ko');
    const token = await home.register({ name: 'Teclado', option: 'b' });
    const [no] = await home.numbers(token);
    const { context, page, go } = await open(lang, { viewport: laptop });
    // Tab until it is there, as somebody does who sees where they are.
    const reach = async (selector) => {
      for (let n = 0; n < 80; n++) {
        await page.keyboard.press('Tab');
        if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector))
          return;
      }
      assert.fail(`no way to ${selector}`);
    };
    const enter = () => Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
    await go(`/t/${token}`);
    await spoke(page, lang);
    await reach(`a[href$="/change/${no}"]`);
    await enter();
    await reach('[name="option"]');
    await page.keyboard.press('ArrowDown'); // the last one: its bus is asked for
    await page.locator('#option-3').evaluate((choice) => choice.checked || choice.focus());
    await page.keyboard.press('Space');
    await reach('[name="session_ride"][value="van"]');
    await page.keyboard.press('Space');
    await looks.at(page, 'change-keyboard');
    await reach('main form .act button');
    await enter();
    assert.equal(new URL(page.url()).searchParams.get('done'), 'changed');
    await reach(`a[href$="/cancel?no=${no}"]`);
    await enter();
    await looks.at(page, 'cancel-keyboard');
    await reach('button[name="sure"]');
    await enter();
    assert.equal(new URL(page.url()).searchParams.get('done'), 'cancelled');
    assert.equal((await home.states(token))[0][0], 'cancelled');
    await context.close();
  });

  test('a lost link comes by letter; a new one shuts the old', async () => {
    const lang = speak('ko', 'zh-Hant', 'zh-Hans');
    const token = await home.register({ name: 'Perdida', contact: 'email', email: 'perdida@home.example' });
    const { context, page, go } = await open(lang);
    await go('/lost-link');
    await spoke(page, lang);
    await page.locator('[name="email"]').fill('Perdida@home.example');
    await press(page, 'main form button[type="submit"]');
    const letters = await post.until(() => {
      const all = post.letters('perdida@home.example');
      return all.length >= 2 && all;
    }, 'the lost link');
    await go(linkIn(letters.at(-1)));
    await press(page, 'a[href$="/link"]');
    await looks.at(page, 'link');
    await press(page, 'button[name="sure"]');
    await looks.at(page, 'new-link');
    const fresh = new URL(page.url()).pathname;
    assert.notEqual(fresh, `/t/${token}`);
    assert.equal((await page.goto(`${home.server.url}/t/${token}`)).status(), 404);
    const sent = await post.until(() => post.letters('perdida@home.example').find((letter) => linkIn(letter) === fresh), 'the new link by letter');
    assert.ok(sent);
    await context.close();
  });

  test('axe-core found nothing serious on any of these pages', () => {
    assert.deepEqual(looks.findings, []);
  });
});
