// Debian's Chromium, driven by playwright-core, that talks to nobody but the server under test.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const find = createRequire(import.meta.url).resolve;

export const phone = { width: 375, height: 812 };
export const laptop = { width: 1280, height: 800 };

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic',
    '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
}

// A context that remembers each request to another origin than the pages' own.
export async function openContext(browser, url, options) {
  const context = await browser.newContext(options);
  const { origin } = new URL(url);
  context.foreign = [];
  context.on('request', (request) => {
    const to = new URL(request.url());
    if (to.origin !== origin && to.protocol !== 'data:')
      context.foreign.push(`${to.origin} (${request.resourceType()})`);
  });
  context.setDefaultTimeout(15_000);
  return context;
}

let axe;
// What axe-core finds that is serious or critical, as text; by all its rules, or by those named.
export async function seriousFindings(page, rules) {
  axe ??= readFileSync(find('axe-core/axe.min.js'), 'utf8');
  if (!await page.evaluate(() => 'axe' in globalThis))
    await page.evaluate(axe);
  const { violations } = await page.evaluate((only) => globalThis.axe.run(document, { resultTypes: ['violations'], ...(only ? { runOnly: only } : {}) }), rules);
  return violations.filter(({ impact }) => ['serious', 'critical'].includes(impact))
    .map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.slice(0, 3).map(({ target, failureSummary }) => `${target.join(' ')} (${failureSummary.split('\n').slice(1, 3).join(' ').trim()})`).join('; ')}`);
}
