// Exits 0 when node_modules holds what package-lock.json names: `modules.mjs build` looks at what
// the build needs, `modules.mjs test` at the packages of the tests too.
import { existsSync, readFileSync } from 'node:fs';

const dev = process.argv[2] === 'test';
const wanted = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;

function version(path) {
  const file = `${path}/package.json`;
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : undefined;
}

const stale = Object.entries(wanted).filter(([path, entry]) => {
  if (path === '' || (entry.dev && !dev))
    return false;
  const found = version(path);
  if (found === undefined) // other machines' parts stay away
    return !entry.optional && !entry.devOptional;
  return found !== entry.version;
});
process.exit(stale.length === 0 ? 0 : 1);
