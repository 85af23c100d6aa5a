// Holds the tree to the house rules (tests/house.mjs) and prints TAP: one case a rule.
// `node tests/lint.mjs` by hand, or as part of ./check.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { judge } from './house.mjs';

const top = join(import.meta.dirname, '..');

function tree() {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    { cwd: top, encoding: 'utf8' });
  return listed.split('\0').filter((path) => path && existsSync(join(top, path)))
    .map((path) => ({ path, text: readFileSync(join(top, path), 'utf8') }));
}

const say = (finding) => `#   ${finding.path}:${finding.line}: ${finding.what}`;
// How C is laid out is clang-format's business, by .clang-format.
function misformatted(files) {
  const { error, status, stderr } = spawnSync('clang-format', ['--dry-run', '--Werror', ...files], { cwd: top, encoding: 'utf8' });
  if (error)
    return [{ path: '.clang-format', line: 1, what: `clang-format does not run: ${error.message}` }];
  const places = [...stderr.matchAll(/^([^\s:]+):(\d+):\d+: error:/gm)];
  const found = places.map(([, path, line]) => ({ path, line: Number(line), what: `clang-format -i ${path}` }));
  return status !== 0 && found.length === 0 ? [{ path: '.clang-format', line: 1, what: stderr }] : found;
}

const files = tree();
const verdict = judge(files);
verdict.set('C is laid out by clang-format',
  { found: misformatted(files.map(({ path }) => path).filter((path) => /\.[ch]$/.test(path))), told: [] });

let no = 0;
let failed = 0;
for (const [rule, { found, told }] of verdict) {
  no++;
  console.log(`${found.length ? 'not ok' : 'ok'} ${no} - ${rule}`);
  found.forEach((finding) => console.log(say(finding)));
  told.forEach((finding) => console.log(`${say(finding)} (told only)`));
  failed += found.length > 0;
}
console.log(`1..${no}`);
process.exit(failed ? 1 : 0);
