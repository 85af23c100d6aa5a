// What ./check does after it has installed its packages: build with sanitizers, hold the tree to
// the house rules, run the C tests and the Node suites, count.
//
//   ./check            everything
//   ./check table door only the steps and tests whose names contain one of the words
//
// Logs: build-check/check/*.log, build-check/meson-logs/.
import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { run as runTests } from 'node:test';

import { suites } from './suites.mjs';
import { judgeProgram } from './tap.mjs';

const top = join(import.meta.dirname, '..');
const build = join(top, 'build-check');
const logs = join(build, 'check');
const words = process.argv.slice(2);
const lanes = availableParallelism() + 1; // some wait for a time limit to pass: that costs no processor
const wanted = (name) => words.length === 0 || words.some((word) => name.includes(word));
const total = { passed: 0, failed: 0 };
const failures = [];

process.chdir(top);
Object.assign(process.env, {
  TURNOUT_TEST_BUILD: build,
  ASAN_OPTIONS: 'halt_on_error=1:abort_on_error=1:detect_stack_use_after_return=1',
  UBSAN_OPTIONS: 'halt_on_error=1:abort_on_error=1:print_stacktrace=1',
  LSAN_OPTIONS: `suppressions=${join(top, 'tests', 'leaks.txt')}:print_suppressions=0`,
  G_SLICE: 'always-malloc',
  TZ: 'UTC',
});

function count(name, seconds, { passed, failures: failed }) {
  total.passed += passed;
  total.failed += failed.length;
  failed.forEach((what) => failures.push(`${name}: ${what}`));
  console.log(`${failed.length ? 'FAIL' : 'ok  '} ${name.padEnd(28)} ${String(passed).padStart(5)} passed`
    + ` ${String(failed.length).padStart(3)} failed ${seconds.toFixed(1).padStart(7)} s`);
  failed.slice(0, 20).forEach((what) => console.log(`       ${what}`));
}

async function timed(work) {
  const begin = performance.now();
  const result = await work();
  return [(performance.now() - begin) / 1000, result];
}

// Runs to the end; what it says goes to logs/NAME.log.
function command(name, program, args) {
  return new Promise((resolve) => {
    const log = createWriteStream(join(logs, `${name}.log`));
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.on('data', (part) => { said += part; log.write(part); });
    child.stderr.on('data', (part) => log.write(part));
    child.on('error', (error) => resolve({ status: 127, said: String(error) }));
    child.on('close', (status, signal) => log.end(() => resolve({ status, signal, said })));
  });
}

async function buildAll() {
  if (!existsSync(join(build, 'build.ninja'))) {
    rmSync(build, { recursive: true, force: true });
    mkdirSync(logs, { recursive: true });
    const made = await command('setup', 'meson', ['setup', build, '-Db_sanitize=address,undefined',
      '-Doptimization=1', '-Ddebug=true', '-Dwerror=true']);
    if (made.status !== 0)
      return made;
  }
  mkdirSync(logs, { recursive: true });
  return command('compile', 'ninja', ['-C', build, '-k', '0', 'all', 'meson-test-prereq']); // on, so that a broken part hides no other's faults
}

// One PostgreSQL for all tests of this run; it ends with this process. Without fsync, since nobody pulls
// its plug here: the tests of durability start their own.
function startCluster() {
  return new Promise((resolve) => {
    const log = createWriteStream(join(logs, 'cluster.log'));
    const child = spawn('tests/cluster.sh', ['-c', 'fsync=off'], { stdio: ['pipe', 'pipe', 'pipe'] });
    child.stderr.pipe(log);
    child.stdout.on('data', (said) => resolve({ child, url: String(said).trim() }));
    child.on('error', () => resolve(null));
    child.on('close', () => resolve(null));
  });
}

function endCluster(cluster) {
  return new Promise((resolve) => {
    cluster.child.on('close', resolve);
    cluster.child.stdin.end();
  });
}

async function lint() {
  const { said, status, signal } = await command('lint', process.execPath, ['tests/lint.mjs']);
  for (const line of said.split('\n').filter((each) => each.startsWith('#   ')))
    console.log(`     ${line.slice(1)}`);
  return judgeProgram({ tap: said, status, signal });
}

function cTests() {
  const listed = spawnSync('meson', ['introspect', '--tests', build], { encoding: 'utf8' });
  return JSON.parse(listed.stdout || '[]').filter((each) => wanted(each.name))
    .map(({ name, cmd }) => ({ name, built: existsSync(cmd[0]) }));
}

async function runCTests(tests) { // meson runs none when one is missing
  const names = tests.filter((each) => each.built).map((each) => each.name);
  const log = join(build, 'meson-logs', 'testlog.json');
  rmSync(log, { force: true });
  if (names.length)
    await command('meson-test', 'meson', ['test', '-C', build, '--no-rebuild', '--num-processes', String(lanes), '--timeout-multiplier', '4', ...names]);
  const results = existsSync(log) ? readFileSync(log, 'utf8').split('\n').filter(Boolean).map(JSON.parse) : [];
  for (const { name, built } of tests) {
    const result = built && results.find((each) => each.name.replace(/^.* \/ /, '') === name);
    if (!result)
      count(name, 0, { passed: 0, failures: [built ? 'did not run' : 'was not built'] });
    else
      count(name, result.duration, judgeResult(name, result));
  }
}

function judgeResult(name, { stdout = '', stderr = '', returncode, result }) {
  writeFileSync(join(logs, `${name}.log`), `${stdout}\n${stderr}\n`);
  if (result === 'TIMEOUT')
    return { passed: 0, failures: ['took too long'] };
  const signal = returncode < 0 ? `signal ${-returncode}` : null;
  return judgeProgram({ tap: stdout, status: returncode, signal });
}

function runSuite({ file, minutes = 2 }) {
  return new Promise((resolve) => {
    const outcome = { passed: 0, failures: [] };
    const log = createWriteStream(join(logs, `${file}.log`));
    const stream = runTests({ files: [join(top, 'tests', file)], concurrency: 1, timeout: minutes * 60_000 });
    stream.on('test:stdout', ({ message }) => log.write(message));
    stream.on('test:stderr', ({ message }) => log.write(message));
    stream.on('test:diagnostic', ({ message }) => log.write(`# ${message}\n`));
    stream.on('test:pass', ({ name, skip, details }) => {
      if (details.type === 'suite')
        return;
      log.write(`ok ${name} (${(details.duration_ms / 1000).toFixed(1)} s)\n`);
      if (skip !== undefined)
        outcome.failures.push(`${name}: skipped`);
      else
        outcome.passed++;
    });
    stream.on('test:fail', ({ name, details }) => {
      const cause = details.error?.cause ?? details.error;
      log.write(`not ok ${name}\n${cause?.stack ?? cause}\n`);
      if (details.error?.failureType !== 'subtestsFailed') // the case below it was counted
        outcome.failures.push(`${name}: ${String(cause?.message ?? cause).split('\n').slice(0, 4).join(' ')}`);
    });
    stream.on('end', () => {
      if (outcome.passed + outcome.failures.length === 0)
        outcome.failures.push('ran no test');
      log.end(() => resolve(outcome));
    });
    stream.resume();
  });
}

// Suites wait for browsers and answers most of the time, so more than one goes on.
async function runSuites(waiting, lanes) {
  const queue = [...waiting];
  const lane = async () => {
    for (let suite = queue.shift(); suite; suite = queue.shift())
      count(suite.file, ...await timed(() => runSuite(suite)));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

function finish() {
  if (total.passed + total.failed === 0)
    failures.push('no test ran'), total.failed++;
  if (failures.length)
    console.log(`\nfailed:\n${failures.map((each) => `  ${each}`).join('\n')}\n`);
  console.log(`${((performance.now()) / 1000).toFixed(0)} s in all`);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  process.exit(total.failed ? 1 : 0);
}

const [buildSeconds, built] = await timed(buildAll);
console.log(`     build ${buildSeconds.toFixed(1)} s`);
if (built.status !== 0) {
  const trouble = built.said.split('\n').filter((line) => /error:|FAILED:|multiple definition/i.test(line));
  const undefineds = built.said.matchAll(/undefined reference to `(\w+)'/g);
  console.log([...trouble.slice(0, 60), ...new Set([...undefineds].map(([, name]) => `undefined: ${name}`))].join('\n'));
  count('build', buildSeconds, { passed: 0, failures: ['does not build: build-check/check/*.log'] });
}
if (wanted('lint'))
  count('lint', ...await timed(lint));
const tests = cTests();
const nodeSuites = suites.filter(({ file }) => wanted(file));
const [clusterSeconds, cluster] = await timed(startCluster);
console.log(`     cluster ${clusterSeconds.toFixed(1)} s`);
if (cluster)
  process.env.TURNOUT_TEST_POSTGRES = cluster.url;
else
  count('cluster', clusterSeconds, { passed: 0, failures: ['no PostgreSQL: build-check/check/cluster.log'] });
if (tests.length)
  await runCTests(tests);
await runSuites(nodeSuites.filter(({ alone }) => !alone), lanes);
await runSuites(nodeSuites.filter(({ alone }) => alone), 1);
if (cluster)
  await endCluster(cluster);
finish();
