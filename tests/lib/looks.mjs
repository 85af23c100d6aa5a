// Screens as people see them: a picture of each in BUILD/screens, and what axe-core finds there in light and dark.
//
// TURNOUT_TEST_LOOKS=all takes them at a laptop's width and in the dark as well.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { laptop, seriousFindings } from './browser.mjs';
import { build } from './turnout.mjs';

const screens = join(build, 'screens'), all = process.env.TURNOUT_TEST_LOOKS === 'all';

export class Looks {
  findings = [];

  constructor(prefix) {
    this.prefix = prefix;
    mkdirSync(screens, { recursive: true });
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
    return page.screenshot({ path: join(screens, `${this.prefix}-${name}.png`) });
  }
  async judge(page, name) {
    for (const finding of await seriousFindings(page))
      this.findings.push(`${name}: ${finding}`);
  }
}
