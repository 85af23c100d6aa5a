// A phone at the door: a Chromium with a profile of its own, that can be killed, and the app in it.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

import { sleep } from './turnout.mjs';

const program = process.env.CHROMIUM ?? '/usr/bin/chromium';
const alive = new Set();
// The browser with all its processes: each phone is a group of its own.
const end = (child) => {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH')
      throw error;
  }
};
process.on('exit', () => alive.forEach(end));

export class PhoneAtDoor {
  constructor(url, { film, lang = 'en-US', size = '390,844', flags = [] } = {}) {
    this.url = url;
    this.dir = mkdtempSync(join(tmpdir(), 'turnout-phone-'));
    this.args = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', `--lang=${lang}`, `--accept-lang=${lang}`, `--window-size=${size}`, '--remote-debugging-port=0',
      `--user-data-dir=${join(this.dir, 'profile')}`, '--use-fake-ui-for-media-stream', '--autoplay-policy=no-user-gesture-required',
      ...(film === null ? [] : ['--use-fake-device-for-media-stream']), ...(film ? [`--use-file-for-fake-video-capture=${film}`] : []), ...flags];
    this.size = size.split(',').map(Number);
    this.lang = lang;
  }

  async start() {
    const port = join(this.dir, 'profile', 'DevToolsActivePort');
    rmSync(port, { force: true });
    this.child = spawn(program, [...this.args, 'about:blank'], { detached: true, stdio: 'ignore', env: { ...process.env, LANGUAGE: this.lang.slice(0, 2) } });
    alive.add(this.child);
    this.ended = new Promise((resolve) => this.child.on('close', resolve));
    for (let tries = 0; ; tries++) {
      try {
        const [number, path] = readFileSync(port, 'utf8').split('\n');
        this.browser = await chromium.connectOverCDP(`ws://127.0.0.1:${number}${path}`);
        break;
      } catch (error) {
        if (tries > 200)
          throw error;
        await sleep(50);
      }
    }
    this.context = this.browser.contexts()[0];
    this.context.setDefaultTimeout(15_000);
    this.page = this.context.pages()[0] ?? await this.context.newPage();
    await this.page.setViewportSize({ width: this.size[0], height: this.size[1] });
    this.faults = [];
    this.page.on('pageerror', (error) => this.faults.push(error.message));
  }

  // As when the battery falls out.
  async kill() {
    end(this.child);
    await this.ended;
    alive.delete(this.child);
    await this.browser.close().catch(() => {});
  }
  async close() {
    if (this.child && alive.has(this.child))
      await this.kill();
    for (let tries = 0; ; tries++)
      try {
        rmSync(this.dir, { recursive: true, force: true });
        return;
      } catch (error) {
        // a process that was killed may still be at its last file
        if (error.code !== 'ENOTEMPTY' || tries > 50)
          throw error;
        await sleep(100);
      }
  }

  async pair(code, checkpoint) {
    await this.page.goto(`${this.url}/door/#pair=${code}`);
    await this.screen('pair');
    await this.page.click('form button[type=submit]');
    await this.page.waitForSelector('body:is([data-screen=place], [data-screen=scan])');
    if (checkpoint !== undefined) {
      await this.page.locator('[data-checkpoint]', { hasText: checkpoint }).click();
      await this.screen('scan');
    }
    await this.page.waitForFunction(() => Number(document.querySelector('#saved').dataset.tickets) > 0 &&
      navigator.serviceWorker.controller !== null);
  }
  screen(name) {
    return this.page.waitForSelector(`body[data-screen=${name}]`);
  }
  async open() {
    await this.page.goto(`${this.url}/door/`);
    await this.screen('scan');
  }
  saved() {
    return this.page.evaluate(() => ({ ...document.querySelector('#saved').dataset, text: document.querySelector('#saved').textContent }));
  }
  // Until the server has all.
  async synced() {
    const since = await this.page.evaluate(() => {
      dispatchEvent(new Event('online')); // it tries at once
      return Date.now();
    });
    return this.page.waitForFunction((from) => {
      const { waiting, synced } = document.querySelector('#saved').dataset;
      return waiting === '0' && Number(synced) > from;
    }, since, { timeout: 30_000 });
  }

  // As a scanner that types: keys, then Enter. The answer: { decision, shown, online, epoch, seq, text }.
  async scan(text) {
    const before = await this.answer();
    await this.type(text);
    return this.nextAnswer(before);
  }
  // At a scanner's speed, however slow the machine under the test is.
  type(text) {
    return this.page.evaluate((keys) => {
      const pressed = keys.map((key) => new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })); // and so dated
      pressed.forEach((event) => document.body.dispatchEvent(event));
    }, [...text, 'Enter']);
  }
  async nextAnswer(before) {
    await this.page.waitForFunction((seq) => {
      const view = document.querySelector('.answer[data-decision]');
      return view !== null && view.dataset.seq !== seq;
    }, before?.seq);
    return this.answer();
  }
  answer() {
    return this.page.evaluate(() => {
      const view = document.querySelector('.answer[data-decision]');
      return view === null ? null : { ...view.dataset, text: view.innerText };
    });
  }
}

// A pairing code, as staff get it.
export async function pairingCode(house, slug, session, role = 'scan') {
  const said = await house.do(['schema', 'device', 'add', 'Phone', '--event', slug, '--session', session, '--role', role]);
  return said.trim().split('\n').at(-1).trim();
}
