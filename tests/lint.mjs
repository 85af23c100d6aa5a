// Holds the tree to the house rules (tests/house.mjs) and prints TAP: one case a rule.
// `node tests/lint.mjs` by hand, or as part of ./check.
import { execFileSync } from 'node:child_process';
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
let no = 0;
let failed = 0;
for (const [rule, { found, told }] of judge(tree())) {
  no++;
  console.log(`${found.length ? 'not ok' : 'ok'} ${no} - ${rule}`);
  found.forEach((finding) => console.log(say(finding)));
  told.forEach((finding) => console.log(`${say(finding)} (told only)`));
  failed += found.length > 0;
}
console.log(`1..${no}`);
process.exit(failed ? 1 : 0);
