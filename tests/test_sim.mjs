// The door's simulator: many seeds, and that it notices when the code is broken. It is built here a
// second time, without sanitizers, so that many seeds take little time; the build's own, with them, runs some.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import test from 'node:test';

import { kept, mutations } from './sim/mutations.mjs';

const top = join(import.meta.dirname, '..');
const build = process.env.TURNOUT_TEST_BUILD ?? join(top, 'build');
const work = join(build, 'sim-plain');
const sources = [
  ...readdirSync(join(top, 'tests/sim')).filter((name) => name.endsWith('.c')).map((name) => `tests/sim/${name}`),
  'checkin/door.c', 'checkin/log.c', 'checkin/device.c', 'checkin/device_scan.c', 'checkin/device_lists.c',
  'checkin/t1.c', 'schema/door/mark.c', 'schema/vault/hash.c',
];
const flagsOf = (kind) => execFileSync('pkg-config', [kind, 'glib-2.0', 'libsodium'], { encoding: 'utf8' }).trim().split(/\s+/);
// of vault_hash.c only the plain hash is linked: what else it needs is dropped with the section it is in
const cFlags = ['-std=gnu11', '-O2', '-ffunction-sections', '-D_GNU_SOURCE', `-I${top}`, `-I${join(top, 'tests/sim')}`, ...flagsOf('--cflags')];
const linkFlags = ['-Wl,--gc-sections', ...flagsOf('--libs')];

const run = (program, args) => new Promise((resolve) => {
  execFile(program, args, { encoding: 'utf8', maxBuffer: 1 << 24 },
    (error, stdout, stderr) => resolve({ status: error ? error.code ?? 99 : 0, stdout, stderr }));
});

async function compile(source, object) {
  const { status, stderr } = await run('cc', [...cFlags, '-c', source, '-o', object]);
  assert.equal(status, 0, stderr);
  return object;
}

async function link(objects, program) {
  const { status, stderr } = await run('cc', [...objects, '-o', program, ...linkFlags]);
  assert.equal(status, 0, stderr);
  return program;
}

mkdirSync(work, { recursive: true });
const objectOf = (source) => join(work, `${source.replaceAll('/', '-')}.o`);
for (const source of sources)
  await compile(join(top, source), objectOf(source));
const plain = await link(sources.map(objectOf), join(work, 'sim'));

test('ten thousand days at the doors keep all twelve promises', async () => {
  const { status, stdout } = await run(plain, ['--seeds', '10000']);
  console.log(stdout.trim());
  assert.equal(status, 0, stdout);
});

test('so do those that once did not', async () => {
  for (const seed of kept) {
    const { status, stdout } = await run(plain, ['--seeds', '1', '--first', String(seed), '--jobs', '1']);
    assert.equal(status, 0, stdout);
  }
});

test('so do some with sanitizers, from seeds nobody has seen', async () => {
  const first = String(Date.now() % 1e12);
  const { status, stdout, stderr } = await run(join(build, 'tests/sim'), ['--seeds', '150', '--first', first]);
  console.log(stdout.trim());
  assert.equal(status, 0, stdout + stderr);
});

test('a seed that is run again gives the same day', async () => {
  const [one, other] = [await run(plain, ['--seed', '7']), await run(plain, ['--seed', '7'])];
  assert.equal(one.status, 0, one.stdout);
  assert.equal(one.stdout, other.stdout);
  assert.match(one.stdout, /phone \d+: seq \d+ shows green, admit/);
  assert.match(one.stdout, /seed 7 held: \d+ steps/);
});

test('wrong use is told', async () => {
  assert.equal((await run(plain, ['--seeds', '0'])).status, 2);
  assert.equal((await run(plain, ['--seed', 'x'])).status, 2);
  assert.equal((await run(plain, ['more'])).status, 2);
});

test('every invariant has a mutation', () => {
  for (let invariant = 1; invariant <= 12; invariant++)
    assert.ok(mutations.some((each) => each.invariant === invariant), `invariant ${invariant}`);
});

const SEEDS_MAX = 3000; // within which a mutation is caught, when its seed no longer is the one

// The objects of a copy of the sources in which @edits were made.
async function mutate(folder, edits) {
  const objects = new Map(sources.map((source) => [source, objectOf(source)]));
  const texts = new Map();
  for (const [file, from, to] of edits) {
    const text = texts.get(file) ?? readFileSync(join(top, file), 'utf8');
    assert.equal(text.split(from).length, 2, `${file} says once: ${from}`);
    texts.set(file, text.replace(from, () => to));
  }
  for (const [file, text] of texts) {
    const copy = join(folder, file);
    mkdirSync(dirname(copy), { recursive: true });
    writeFileSync(copy, text);
    objects.set(file, await compile(copy, `${copy}.o`));
  }
  return objects;
}

async function seedsNotice(objects, folder, { what, seed }) {
  const program = await link([...objects.values()], join(folder, 'sim'));
  const named = await run(program, ['--seeds', '1', '--first', String(seed), '--jobs', '1']);
  if (named.status === 1)
    return;
  const { status, stdout } = await run(program, ['--seeds', String(SEEDS_MAX)]);
  assert.equal(status, 1, `${SEEDS_MAX} seeds didn't notice: ${stdout}`);
  console.log(`${what}: by now ${stdout.match(/seed (\d+): .*/)?.[0] ?? stdout}`);
}

// The named story of a C test holds with the code as it is, and fails with it broken.
async function storyNotices(objects, folder, { test: program, story }) {
  const own = [];
  for (const name of [program, 'fixtures/phone_fixture'])
    own.push(await compile(join(top, `tests/${name}.c`), join(folder, `${basename(name)}.o`)));
  const tell = async (of, name) =>
    run(await link([...own, ...[...of].filter(([source]) => !source.startsWith('tests/')).map(([, object]) => object)], join(folder, name)),
      ['--tap', '-p', story]);
  const whole = await tell(new Map(sources.map((source) => [source, objectOf(source)])), 'whole');
  assert.equal(whole.status, 0, whole.stdout + whole.stderr);
  assert.match(whole.stdout, new RegExp(`^ok 1 ${story}$`, 'm'));
  const broken = await tell(objects, 'broken');
  assert.notEqual(broken.status, 0, `${story} didn't notice`);
  assert.match(broken.stdout + broken.stderr, new RegExp(`^(not ok|# ERROR|Bail out!).*${basename(story)}`, 'm'));
}

mutations.forEach((mutation, number) => {
  test(`caught: ${mutation.what} (invariant ${mutation.invariant})`, async () => {
    const folder = join(work, `mutation-${number}`);
    mkdirSync(folder, { recursive: true });
    const objects = await mutate(folder, mutation.edits);
    await (mutation.story ? storyNotices : seedsNotice)(objects, folder, mutation);
  });
});
