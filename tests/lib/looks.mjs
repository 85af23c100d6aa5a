// Screens as people see them: what axe-core finds there in light and dark, and with TURNOUT_TEST_LOOKS=all a picture of
// each in BUILD/screens, to be looked at. Without it none is taken: a whole page costs half a second.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { laptop, seriousFindings } from './browser.mjs';
import { build } from './turnout.mjs';

const screens = join(build, 'screens'), all = process.env.TURNOUT_TEST_LOOKS === 'all';

// Of the whole page, unless @options say otherwise.
export async function picture(page, name, options = {}) {
  if (!all)
    return;
  mkdirSync(screens, { recursive: true });
  await page.screenshot({ path: join(screens, name), fullPage: true, ...(name.endsWith('.jpg') ? { type: 'jpeg', quality: 80 } : {}), ...options });
}

export class Looks {
  findings = [];

  constructor(prefix) {
    this.prefix = prefix;
  }

  async at(page, name) {
    const size = page.viewportSize();
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' }); // no colour half-way
    await this.picture(page, name);
    await this.judge(page, name);
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await this.judge(page, `${name}, dark`);
    if (all) {
      await this.picture(page, `${name}-dark`);
      await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
      await page.setViewportSize(laptop);
      await this.picture(page, `${name}-laptop`);
      await page.setViewportSize(size);
    }
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  }
  picture(page, name) {
    return picture(page, `${this.prefix}-${name}.png`, { fullPage: false });
  }
  async judge(page, name) {
    for (const finding of await seriousFindings(page))
      this.findings.push(`${name}: ${finding}`);
  }
}
