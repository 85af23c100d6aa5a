// The linter's own test: each house rule finds a planted breach at its line, and leaves its
// lawful twin alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { dissect, functionsOf, houseRules, judge, rules } from './house.mjs';

const lines = (n, line = 'x;') => `${line}\n`.repeat(n);
const body = (n) => `static void\nlong_one(void)\n{\n${lines(n, '\tx();')}}\n`;

// rule: [path, breach, its line, lawful text]
const planted = {
  'an include points down or sideways': [
    ['schema/event/event.c', '#include "schema/db.h"\n#include "web/page.h"\n', 2, '#include "schema/db.h"\n'],
    ['checkin/scan.c', '#include "reports/table.h"\n', 1, '#include "schema/db.h"\n'],
    ['reports/command.c', '#include "checkin/door.h"\n', 1, '#include "reports/table.h"\n'],
    ['web/staff/fees.c', '#include "web/ticket/places.h"\n', 1, '#include "web/staff/places.h"\n#include "web/page.h"\n'],
    ['reports/command.c', '#include "table.h"\n', 1, '#include "reports/table.h"\n'],
    ['reports/meson.build', "x = [schema]\ny = [web]\n", 2, "lib('reports', 'web.c', dependencies: [schema])\n"],
  ],
  'one file knows each library': [
    ['schema/event/event.c', '#include <glib.h>\n#include <sqlite3.h>\n', 2, '#include <glib.h>\n#include <sys/stat.h>\n'],
    ['web/page.c', '#include <microhttpd.h>\n', 1, '#include <jansson.h>\n'],
    ['web/page.c', '#include <unheard_of.h>\n', 1, '#include <string.h>\n'],
  ],
  'no banned call': [
    ['web/page.c', 'int x;\nsprintf(text, "a");\n', 2, '/* sprintf(x) */ g_string_printf(s, "sprintf(x)");\n'],
    ['web/page.c', 'n = atoi(text);\n', 1, 'n = own_atoi(text); p->system(x); q.random(y);\n'],
  ],
  'the clock is a parameter below web/': [
    ['schema/event/event.c', 'x();\nnow = g_get_real_time();\n', 2, 'now = g_get_monotonic_time();\n'],
    ['reports/table.c', 'now = time(NULL);\n', 1, 'at_time(NULL);\n'],
  ],
  'SQL stands in schema/ only': [
    ['reports/attendance.c', 'x();\nask("SELECT no FROM region");\n', 2, 'say("Select a region");\n'],
    ['web/page.c', 'ask("DELETE FROM region");\n', 1, '/* "DELETE FROM region" */\n'],
  ],
  'templates escape, and hold no style or script': [
    ['web/templates/a.mustache', '<p>\n{{{name}}}\n', 2, '<p>{{name}}</p>\n'],
    ['web/templates/a.mustache', '{{& name}}\n', 1, '{{name}} & {{name}}\n'],
    ['web/templates/a.mustache', '<p style="color:red">\n', 1, '<p class="style">\n'],
    ['web/templates/a.mustache', '<script>x()</script>\n', 1, '<script src="{{assets.door_js}}"></script>\n'],
    ['web/templates/a.mustache', '<a onclick="x()">\n', 1, '<a href="/on">\n'],
    ['web/templates/a.mustache', '<img src="https://cdn.example/x">\n', 1, '<img src="/a/x">\n'],
  ],
  'styles load nothing from elsewhere': [
    ['web/style/a.css', 'a {}\n@import "x";\n', 2, 'a { background: url(x.svg); }\n'],
  ],
  'a file fits in a head': [['web/a.c', lines(601), 1, lines(500)]],
  'a function fits on a screen': [['web/a.c', body(81), 2, body(60)]],
  'nothing is left for later': [
    ['web/a.c', 'x();\n/* TODO: y */\n', 2, '/* to do is to be */\n'],
    ['web/a.c', '/* enough for now */\n', 1, '/* known now */\n'],
  ],
  'headers say what they are': [
    ['web/a.h', '#pragma once\n', 1, '/* A. */\n#pragma once\n'],
    ['web/a.h', '/* A. */\n', 1, '/* A. */\n#pragma once\n'],
  ],
  'text is clean': [
    ['web/a.c', 'x;\ny; \n', 2, 'x;\ny;\n'],
    ['web/a.c', 'x;\r\n', 1, 'x;\n'],
    ['web/a.c', 'x;\ny;', 2, 'x;\ny;\n'],
  ],
  'no place of one machine': [
    ['tests/a.mjs', "x;\nread('/home/ana/x');\n", 2, "read('/tmp/x'); fetch('https://a.example/work/x');\n"],
    ['package.json', '"https://registry.npmjs.org/x"\n', 1, '"x"\n'],
  ],
  'the lock file names no address': [
    ['package-lock.json', '{\n"resolved": "x"\n', 2, '{\n"version": "1"\n'],
  ],
};

for (const [rule, cases] of Object.entries(planted))
  for (const [path, breach, line, lawful] of cases)
    test(`${rule}: ${path} with ${JSON.stringify(breach.slice(0, 40))}`, () => {
      const found = judge([{ path, text: breach }]).get(rule).found;
      assert.deepEqual(found.map((finding) => [finding.path, finding.line]), [[path, line]]);
      assert.deepEqual(judge([{ path, text: lawful }]).get(rule).found, []);
    });

test('a long file and a long function are told before they are refused', () => {
  assert.equal(judge([{ path: 'web/a.c', text: lines(501) }]).get('a file fits in a head').told.length, 1);
  assert.equal(judge([{ path: 'web/a.c', text: body(61) }]).get('a function fits on a screen').told.length, 1);
});

test('the top level holds what it should', () => {
  const found = (path) => judge([{ path, text: '' }]).get('the top level holds what it should').found.length;
  assert.equal(found('notes.txt'), 1);
  assert.equal(found('meson.build'), 0);
});

test('every folder says what is in it', () => {
  const found = (...files) => judge(files).get('every folder says what is in it').found.map((f) => f.path);
  assert.deepEqual(found({ path: 'web/a.c', text: '' }), ['web/README.md']);
  assert.deepEqual(found({ path: 'web/locales/es.json', text: '' }, { path: 'web/README.md', text: 'pages\n' }),
    ['web/README.md']);
  assert.deepEqual(found({ path: 'web/locales/es.json', text: '' }, { path: 'web/README.md', text: '`locales/`: texts\n' }),
    []);
});

test('every test is run', () => {
  const found = (...files) => judge(files).get('every test is run').found.map((f) => f.path);
  assert.deepEqual(found({ path: 'tests/test_a.c', text: '' }, { path: 'tests/test_b.mjs', text: '' }),
    ['tests/test_a.c', 'tests/test_b.mjs']);
  assert.deepEqual(found({ path: 'tests/test_a.c', text: '' }, { path: 'tests/meson.build', text: "'test_a'" },
    { path: 'tests/test_b.mjs', text: '' }, { path: 'tests/suites.mjs', text: "'test_b.mjs'" }), []);
  const target = { path: 'tests/fuzz/fuzz_a.c', text: '' };
  assert.deepEqual(found(target), ['tests/fuzz/fuzz_a.c']);
  assert.deepEqual(found(target, { path: 'tests/fuzz/meson.build', text: "'a': [[web], 1]," }), []);
});

test('every rule has a planted breach', () => {
  const tried = [...Object.keys(planted), 'the top level holds what it should', 'every folder says what is in it',
    'every test is run'];
  assert.deepEqual([...Object.keys(rules), ...Object.keys(houseRules)].sort(), tried.sort());
});

test('code is told from strings and comments', () => {
  const { code, strings } = dissect('a("x /* y"); /* b("z")\n c */ d(\'"\'); // e\nf("g");');
  assert.deepEqual(strings, [{ line: 1, text: 'x /* y' }, { line: 3, text: 'g' }]);
  assert.equal(code.split('\n').length, 3);
  assert.match(code, /^a\(""\); +\n +d\(''\); +\nf\(""\);$/);
});

test('functions are found by name and length', () => {
  assert.deepEqual(functionsOf('int\nmain(int argc,\n\tchar **argv)\n{\n\tx();\n\ty();\n}\n'),
    [{ name: 'main', line: 2, length: 2 }]);
});
