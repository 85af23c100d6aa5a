// What ./check counts, and that nothing untested looks tested.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { judgeProgram, readTap } from './tap.mjs';

const program = (tap, status = 0, signal = null) => judgeProgram({ tap, status, signal });

test('every case of a program counts', () => {
  assert.deepEqual(program('TAP version 13\n1..2\nok 1 /a\nok 2 /b\n'), { passed: 2, failures: [] });
});

test('a failed case is told by its name', () => {
  assert.deepEqual(program('1..2\nok 1 /a\nnot ok 2 /b\n', 1), { passed: 1, failures: ['2 /b'] });
});

test('a program that crashes has failed, and its cases that never ran too', () => {
  const { passed, failures } = program('1..3\nok 1 /a\n', null, 'signal 6');
  assert.equal(passed, 1);
  assert.deepEqual(failures, ['2 of 3 cases never ran', 'ended by signal 6']);
});

test('a program that leaks after its last case has failed', () => {
  assert.deepEqual(program('ok 1 /a\n1..1\n', 1), { passed: 1, failures: ['ended with status 1'] });
});

test('a program without a case has failed', () => {
  assert.deepEqual(program(''), { passed: 0, failures: ['ran no test'] });
  assert.deepEqual(program('1..0\n'), { passed: 0, failures: ['ran no test'] });
});

test('a skipped case is a failed one', () => {
  assert.deepEqual(program('1..2\nok 1 /a\nok 2 /b # SKIP no PostgreSQL\n'), { passed: 1, failures: ['1 skipped'] });
});

test('indented lines and comments are not cases', () => {
  assert.deepEqual(readTap('# ok 1\n    ok 1 - inner\nok 1 - outer\n1..1\n'), { passed: 1, skipped: 0, failures: [] });
});
