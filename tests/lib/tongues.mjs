// A house whose events, people and groups are in every state that a guest or a captain can see, and the way to each
// page of it: for test_languages.mjs, that sees all of them in all languages.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Post } from './post.mjs';
import { daysAhead, emptyHouse, example, sleep, top } from './turnout.mjs';
import { Visitor, readForm, tokenOf } from './visitor.mjs';

const locales = join(top, 'web', 'locales');
export const catalogues = new Map(readdirSync(locales).filter((file) => file.endsWith('.json')).map((file) => [file.replace('.json', ''), JSON.parse(readFileSync(join(locales, file), 'utf8'))]));
export const languages = [...catalogues.keys()];

export const slug = 'immigrant-day-of-action';
const group = 'Jardín 花園';
// A list as captains have them: one line is whole, the others have a fault each.
const list = ['name,email,option,age', 'Ana بهار 陳,,general,34', ',nobody at example,general,20', 'Minh Đỗ,minh at example,general,20', 'Արամ,,first class,200', '김지우,,full,9', 'Ana بهار 陳,,general,34'].join('\n');

// The example with an option in every state: with a fee, full, full with a waiting list, not yet open, past its time.
function everyState(definition) {
  const [travel, lunch, general] = definition.options;
  const day = (n) => `${daysAhead(n)}T00:00`;
  lunch.capacity = 1;
  lunch.waitlist = true;
  general.closes = definition.registration.closes;
  const free = { title: general.title, includes: general.includes };
  definition.options = [travel, lunch, general, { ...free, code: 'full', capacity: 0 },
    { ...free, code: 'later', opens: day(20) }, { ...free, code: 'past', closes: day(-2) }];
  for (const session of definition.sessions.filter(({ code }) => ['bus-south', 'visit-morning'].includes(code)))
    session.capacity = 0;
}
const notYet = (definition) => {
  definition.registration.opens = `${daysAhead(5)}T09:30`;
};

export class Tongues {
  tokens = {};

  static async open() {
    const tongues = new Tongues();
    tongues.post = await Post.open();
    tongues.house = await emptyHouse('sqlite');
    await tongues.house.do(['schema', 'init']);
    await tongues.load(slug, 100, everyState);
    await tongues.load('soon', 100, notYet);
    await tongues.load('over', -30, () => {});
    tongues.server = await tongues.house.serve({ env: { TURNOUT_MAIL_URL: `smtp://127.0.0.1:${tongues.post.port}`, TURNOUT_MAIL_FROM: 'tickets@coalition.example' } });
    tongues.url = tongues.server.url;
    tongues.visitor = new Visitor(tongues.url);
    for (const lang of languages)
      tongues.tokens[lang] = await tongues.family(lang);
    await tongues.line();
    await tongues.captain();
    await tongues.informed();
    return tongues;
  }

  // Loaded as it stands in the example, `ahead` days from now, and then changed in times that are told from now.
  async load(name, ahead, change) {
    const by = Math.round((Date.parse(daysAhead(ahead)) - Date.parse('2027-04-06')) / 86_400_000);
    const definition = JSON.parse(readFileSync(example, 'utf8'), (key, value) => (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)
      ? new Date(Date.parse(`${value}Z`) + by * 86_400_000).toISOString().slice(0, 16) : value));
    definition.slug = name;
    change(definition);
    const file = join(this.house.dir, '..', `${name}.json`);
    writeFileSync(file, JSON.stringify(definition));
    await this.house.do(['schema', 'load', file]);
  }

  async send(path, answers, lang = 'en') {
    const headers = { 'Accept-Language': lang };
    const form = readForm((await this.visitor.get(path, headers)).text, ({ method }) => method === 'post');
    return this.visitor.submit(form.action, Visitor.fill(form.fields, answers), headers);
  }
  // A group that was made within this second is known in the next.
  async register(answers, lang) {
    for (const until = Date.now() + 20_000; ;) {
      const answer = await this.send(`/e/${slug}/register`, { contact: 'none', region: '1', option: 'general', age_band: 'adult', photo: 'no', ...answers }, lang);
      if (answer.status === 303)
        return tokenOf(answer);
      assert.ok(Date.now() < until, answer.text.slice(0, 4000));
      await sleep(100);
    }
  }
  // Two people, one of them a child, who have said all that is asked.
  family(lang) {
    return this.register({ ...everything, contact: 'email', email: `family+${lang}@home.example`, option: 'travel-lunch', stop: 'bus-valley/1', session_training: 'training-valley', lang }, lang);
  }
  // The one place of the lunch, offered to the first who waited; the second waits on.
  async line() {
    const [first, offered, waiting] = [await this.register({ name: 'Rosa', option: 'lunch' }), await this.register({ name: 'Benito', option: 'lunch' }), await this.register({ name: 'Chen 陳', option: 'lunch' })];
    await this.send(`/t/${first}/cancel`, { sure: 'yes' });
    Object.assign(this.tokens, { cancelled: first, offered, waiting });
  }
  async captain() {
    const at = `/e/${slug}/delegation`;
    const made = await this.send(at, { org: group, region: '3', expected: '32', name: 'María Ángeles', phone: '916 555 0100', option: 'general' });
    this.empty = (await this.send(at, { org: 'Coro', region: '2', name: 'Luz', phone: '916 555 0101', option: 'general' })).headers.location.replace(/\?.*/, '');
    this.group = made.headers.location.replace(/\?.*/, '');
    const form = readForm((await this.visitor.get(this.group)).text, ({ action }) => action?.endsWith('/add'));
    const added = await this.multipart(`${this.group}/add`, Visitor.fill(form.fields, { names: 'Ana بهار\n陳大文\nMinh Đỗ\nԱրամ\n김지우' }));
    assert.equal(added.status, 303, added.text.slice(0, 2000));
    const [, code] = /class="typed-code" dir="ltr">([^<]+)</.exec((await this.visitor.get(this.group)).text);
    for (const name of ['Joiner One', 'Joiner Two'])
      this.tokens.joiner = await this.register({ name, delegation: code.trim() });
    [, this.person] = [...(await this.visitor.get(this.group)).text.matchAll(/href="(\/g\/[\w-]+\/\d+)"/g)].map(([, path]) => path);
  }
  multipart(path, fields) {
    const cut = 'turnout-test-boundary';
    const body = fields.map(([name, value]) => `--${cut}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`).join('');
    return this.visitor.request('POST', path, { headers: { Origin: this.url, 'Content-Type': `multipart/form-data; boundary=${cut}` }, body: `${body}--${cut}--\r\n` });
  }
  async informed() {
    this.informing = {};
    for (const name of ['asked', 'on']) {
      await this.visitor.submit('/stay-informed', { email: `${name}@home.example`, language: 'en', region: '' });
      this.informing[name] = new URL(/https?:\S+\/stay-informed\/\S+/.exec((await this.post.letter(`${name}@home.example`)).text())[0]).pathname;
    }
    await this.visitor.submit(`${this.informing.on}/confirm`, {});
  }

  // Every page, by name: { path, status } of one that is opened, { see(page), status } of what an act there answers, and
  // also(page): what is opened on it then. They are in the language that the browser asks for.
  async pages(lang) {
    const own = `/t/${this.tokens[lang]}`;
    const [no, minor] = [...(await this.visitor.get(own)).text.matchAll(/\/correct\/(\d+)"/g)].map((found) => found[1]);
    const sent = async (page, path, fill, press = 'main form [type="submit"]:not([name])') => {
      await page.goto(this.url + path);
      await fill?.(page);
      const [answer] = await Promise.all([page.waitForNavigation({ waitUntil: 'load' }), page.locator(press).last().click()]);
      return answer;
    };
    const check = (page, name, value) => page.locator(`[name="${name}"][value="${value}"]:not([type="hidden"])`).check();
    const upload = (text) => (page) => page.locator('[name="file"]').setInputFiles({ name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
    const unfold = (page) => page.locator('details').evaluateAll((all) => all.forEach((each) => { each.open = true; }));
    const pages = {
      home: '/',
      event: `/e/${slug}`,
      soon: '/e/soon',
      'soon-form': '/e/soon/register',
      over: '/e/over',
      'over-form': '/e/over/register',
      form: { path: `/e/${slug}/register`, also: unfold },
      family: { also: unfold, see: (page) => sent(page, `/e/${slug}/register`, async () => {
        await page.locator('[name="name"]').fill('Ana بهار 陳');
        await check(page, 'contact', 'phone');
        await page.locator('[name="phone"]').fill('(916) 555-0100');
        await page.locator('[name="region"]').selectOption('3');
        await check(page, 'option', 'travel-lunch');
        await page.locator('button[name="add"]').click();
        await page.locator('[name="name_2"]').fill('Minh Đỗ');
        await check(page, 'age_band_2', 'under-16');
      }, 'button[name="own"]') },
      faults: { see: (page) => sent(page, `/e/${slug}/register`, async () => {
        await check(page, 'contact', 'email');
        await page.locator('[name="email"]').fill('guadalupe at example');
        await page.locator('button[name="add"]').click();
        await page.locator('[name="name_2"]').fill('Minh Đỗ');
        await check(page, 'age_band_2', 'under-16');
        await unfold(page);
        await page.locator('[name="zip"]').fill('9');
        await page.locator('[name="emergency_phone"]').fill('x');
        await page.locator('[name="childcare"]').fill('x').catch(() => {});
      }), status: 422 },
      full: { see: (page) => sent(page, `/e/${slug}/register`, async () => {
        await page.locator('[name="name"]').fill('Ana');
        await check(page, 'contact', 'none');
        await page.locator('[name="region"]').selectOption('3');
        await page.locator('[name="option"][value="full"]').evaluate((input) => { input.disabled = false; input.checked = true; });
      }), status: 409 },
      tickets: own,
      offered: `/t/${this.tokens.offered}`,
      waiting: `/t/${this.tokens.waiting}?done=waits`,
      cancelled: `/t/${this.tokens.cancelled}?done=cancelled`,
      joiner: `/t/${this.tokens.joiner}?done=sent`,
      correct: { path: `${own}/correct/${minor}`, also: unfold },
      'correct-faults': { also: unfold, see: (page) => sent(page, `${own}/correct/${no}`, async () => {
        await page.locator('[name="name"]').fill('');
      }, 'main form .act [type="submit"]'), status: 422 },
      contact: `${own}/contact`,
      'contact-faults': { see: (page) => sent(page, `${own}/contact`, async () => {
        await check(page, 'contact', 'phone');
        await page.locator('[name="phone"]').fill('12');
      }, 'main form .act [type="submit"]'), status: 422 },
      change: `${own}/change/${no}`,
      'change-full': { see: (page) => sent(page, `${own}/change/${no}`, () => check(page, 'option', 'lunch'), 'main form .act [type="submit"]'), status: 409 },
      cancel: `${own}/cancel`,
      'cancel-one': `${own}/cancel?no=${no}`,
      delete: `${own}/delete`,
      deleted: '/deleted',
      data: own + '/data',
      link: `${own}/link`,
      lost: '/lost-link',
      'lost-asked': '/lost-link?asked=1',
      'lost-fault': { see: (page) => sent(page, '/lost-link', () => page.locator('[name="email"]').evaluate((input) => { input.value = 'x'; input.form.noValidate = true; })), status: 422 },
      informed: '/stay-informed',
      'informed-asked': '/stay-informed?asked=1',
      'informed-fault': { see: (page) => sent(page, '/stay-informed', () => page.locator('#email').fill('x')), status: 422 },
      'informed-confirm': this.informing.asked,
      'informed-on': this.informing.on,
      'informed-leave': `${this.informing.on}/leave`,
      'informed-gone': { path: '/stay-informed/0000000000000000-AAAAAAAAAAAAAAAAAAAAAA', status: 404 },
      delegation: `/e/${slug}/delegation`,
      'delegation-faults': { see: (page) => sent(page, `/e/${slug}/delegation`), status: 422 },
      'captain-empty': { path: `${this.empty}?done=new`, also: unfold },
      captain: { path: this.group, also: unfold },
      'captain-person': { path: this.person, also: unfold },
      'captain-faults': { see: (page) => sent(page, this.group, upload(list), 'form[action$="/add"] [type="submit"]') },
      'captain-no-list': { see: (page) => sent(page, this.group, upload('PK\x03\x04'), 'form[action$="/add"] [type="submit"]'), status: 422 },
      absent: { path: '/nothing-here', status: 404 },
      refused: { status: 403, see: async (page) => {
        await page.goto(`${this.url}${own}/delete`);
        await page.locator('main form [name="csrf"]').first().evaluate((input) => { input.value = 'x'; });
        return (await Promise.all([page.waitForNavigation(), page.locator('button[name="sure"]').click()]))[0];
      } },
    };
    return Object.fromEntries(Object.entries(pages).map(([name, page]) => [name, typeof page === 'string' ? { path: page } : page]));
  }

  async close() {
    this.visitor?.close();
    await this.house?.close();
    await this.post?.close();
  }
}

export const everything = { name: 'Ana بهار 陳', name_2: 'Minh Đỗ', age_band_2: 'under-16', guardian_2: '1', meal: 'vegan', access: ['lift-seat', 'quiet-room'], access_text: '1-2-3', emergency_name: 'Tía Ana',
  emergency_phone: '9165550101', interpretation: 'mixteco', childcare: '2', first_time: 'yes', keep_informed: 'yes', county: 'Fresno', zip: '93701' };
