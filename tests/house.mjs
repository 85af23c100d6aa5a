// The house rules that can be programs. Each rule looks at one file, or at all of them, and says
// what breaks it; tests/test_house.mjs plants a breach of each.
//
// A file is { path, text }; a finding is { path, line, what }; `told` findings are no failures.

import { dirname } from 'node:path';

export const layers = {
  schema: ['schema'],
  checkin: ['checkin', 'schema'],
  reports: ['reports', 'schema'],
  web: ['web', 'reports', 'checkin', 'schema'],
  tests: ['tests', 'web', 'reports', 'checkin', 'schema'],
};

// Which files may know a library: by its header, and by the folders and files that have a reason.
const libraries = [
  [/^(sqlite3)\.h$/, ['schema/db/sqlite.c', 'schema/db/sqlite_log.c']],
  [/^(libpq-fe)\.h$/, ['schema/db/postgres.h']],
  [/^sodium/, ['schema/vault/vault.c', 'schema/vault/copy.c', 'schema/vault/files.c', 'schema/vault/hash.c', 'schema/vault/keys.c', 'schema/vault/password.c', 'schema/vault/roll.c', 'schema/vault/signing.c']],
  [/^liboath\//, ['schema/staff/totp.c']],
  [/^unicode\//, ['schema/text.c', 'web/locales/locale.c']],
  [/^csv\.h$/, ['schema/people/roster_csv.c']],
  [/^(qrencode|png)\.h$/, ['checkin/qr.c']],
  [/^curl\//, ['checkin/remote.c', 'web/letters/mailer.c']],
  [/^libical\//, ['web/letters/calendar.c']],
  [/^xlsxwriter/, ['reports/xlsx.c']],
  [/^(cairo|pango|librsvg)/, ['reports/pdf.c', 'reports/pdf_glyphs.c', 'reports/pdf_glyphs.h']], // one beneath the other
  [/^hb/, ['reports/pdf_glyphs.c']],
  [/^microhttpd\.h$/, ['web/http/server.c', 'web/http/server_stream.c']],
  [/^zlib\.h$/, ['web/http/gzip.c']],
];

// Headers of C, POSIX and Linux, and the two libraries that are ground for all.
const ground =
  /^(glib(\.h|\/gstdio\.h)|glib-unix\.h|gio\/gio\.h|jansson\.h|(sys|arpa|netinet|linux)\/\w+\.h|assert|ctype|dirent|endian|errno|fcntl|fnmatch|getopt|grp|inttypes|limits|locale|malloc|math|netdb|poll|pthread|pwd|sched|semaphore|signal|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|string|strings|syslog|termios|time|unistd|wchar)(\.h)?$/;

const banned = {
  sprintf: 'g_strdup_printf, g_string_printf or g_snprintf',
  vsprintf: 'g_strdup_vprintf',
  strcpy: 'g_strlcpy or g_strdup',
  strncpy: 'g_strlcpy',
  strcat: 'a GString',
  strncat: 'a GString',
  gets: 'getline',
  atoi: 'g_ascii_string_to_signed',
  atol: 'g_ascii_string_to_signed',
  atoll: 'g_ascii_string_to_signed',
  atof: 'g_ascii_strtod',
  rand: 'random_bytes',
  srand: 'random_bytes',
  random: 'random_bytes',
  strtok: 'g_strsplit',
  localtime: 'a GTimeZone',
  gmtime: 'a GDateTime in UTC',
  ctime: 'a GDateTime',
  mktime: 'a GTimeZone',
  system: 'no shell',
  popen: 'no shell',
  tmpnam: 'g_dir_make_tmp',
  mktemp: 'g_dir_make_tmp',
  alloca: 'the heap',
};

const topLevel = [
  '.ci', '.clang-format', '.editorconfig', '.gitignore', '.npmrc', 'CHANGELOG.md', 'LICENSE', 'README.md',
  'check', 'checkin', 'demo', 'meson.build', 'meson_options.txt', 'package-lock.json', 'package.json',
  'reports', 'schema', 'tests', 'tsconfig.json', 'web',
];

const folderOf = (path) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '');
const isC = (path) => /\.[ch]$/.test(path);
const isText = (path) => !/\.(png|svg|pdf|db|wasm|gz|y4m|mjpeg|bin)$/.test(path);

// Splits C into code (comments and strings blanked, lines kept), its strings and its comments.
export function dissect(text) {
  const strings = [];
  let code = '';
  let line = 1;
  const token = /\/\*[^]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\n|[^]/g;
  for (const [part] of text.matchAll(token)) {
    if (part === '\n' || part.length === 1)
      code += part;
    else if (part.startsWith('"')) {
      strings.push({ line, text: part.slice(1, -1) });
      code += '""';
    } else
      code += part.startsWith("'") ? "''" : part.replace(/[^\n]/g, ' ');
    line += part.split('\n').length - 1;
  }
  return { code, strings };
}

function* matches(text, pattern) {
  let line = 1;
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    line += text.slice(from, match.index).split('\n').length - 1;
    from = match.index;
    yield { line, match };
  }
}

// The C functions of a file as the style writes them: the name at the line's start, the body
// between "{" and "}" in the first column.
export function functionsOf(text) {
  const lines = text.split('\n');
  const found = [];
  let begin = -1;
  lines.forEach((line, i) => {
    if (line === '{')
      begin = i;
    else if (line === '}' && begin >= 0) {
      let head = begin - 1;
      while (head > 0 && !/^[a-z_]\w*\(/i.test(lines[head]))
        head--;
      found.push({ name: lines[head].replace(/\(.*/, ''), line: head + 1, length: i - begin - 1 });
      begin = -1;
    }
  });
  return found;
}

const PAGE_LIMIT = 600, PAGE_TOLD = 500, FUNCTION_LIMIT = 80, FUNCTION_TOLD = 60;

export const rules = {
  'an include points down or sideways': (file, find) => {
    const own = folderOf(file.path);
    if (!layers[own])
      return;
    if (isC(file.path))
      for (const { line, match } of matches(file.text, /^#\s*include\s+"([^"]+)"/gm)) {
        const target = folderOf(match[1]);
        if (!target && own !== 'tests')
          find(line, `"${match[1]}": name it from the top, "${own}/${match[1]}"`);
        else if (target && !layers[own].includes(target))
          find(line, `${own}/ may not know ${target}/`);
        else if (own !== 'tests' && match[1].split('/').length > 2 && dirname(match[1]) !== dirname(file.path))
          find(line, `"${match[1]}" is its room's own: what others may use lies at the top of ${target}/`);
      }
    if (file.path === `${own}/meson.build` && own !== 'tests')
      for (const { line, match } of matches(file.text.replace(/'[^']*'/g, "''"), /\b(schema|checkin|reports|web)(_lib)?\b/g))
        if (!layers[own].includes(match[1]))
          find(line, `${own}/ may not link ${match[1]}/`);
  },

  'one file knows each library': (file, find) => {
    if (!isC(file.path) || file.path.startsWith('tests/'))
      return;
    for (const { line, match } of matches(file.text, /^#\s*include\s+<([^>]+)>/gm)) {
      const known = libraries.find(([header]) => header.test(match[1]));
      if (known && !known[1].includes(file.path))
        find(line, `<${match[1]}> belongs to ${known[1].join(', ') || 'nobody yet'}`);
      else if (!known && !ground.test(match[1]))
        find(line, `<${match[1]}>: say in tests/house.mjs which file knows this library`);
    }
  },

  'no banned call': (file, find) => {
    if (!isC(file.path))
      return;
    for (const { line, match } of matches(dissect(file.text).code, /(?<![\w.>])([a-z]\w*)\s*\(/g))
      if (Object.hasOwn(banned, match[1]))
        find(line, `${match[1]}(): use ${banned[match[1]]}`);
  },

  'the clock is a parameter below web/': (file, find) => {
    if (!/^(schema|checkin|reports)\/.*\.c$/.test(file.path) || /command/.test(file.path))
      return;
    const clock = /\b(g_get_real_time|g_date_time_new_now\w*|gettimeofday|CLOCK_REALTIME|(?<![\w.>])time\s*\(\s*(NULL|0|&))/g;
    for (const { line, match } of matches(dissect(file.text).code, clock))
      find(line, `${match[1]}: take the time as a parameter`);
  },

  'SQL stands in schema/ only': (file, find) => {
    if (!isC(file.path) || /^(schema|tests)\//.test(file.path))
      return;
    for (const { line, text } of dissect(file.text).strings)
      if (/^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|DROP|ALTER|WITH|PRAGMA|BEGIN|COMMIT)\b [^]/.test(text))
        find(line, 'ask through a function of schema/');
  },

  'templates escape, and hold no style or script': (file, find) => {
    if (!file.path.endsWith('.mustache'))
      return;
    const breaches = [
      [/\{\{\{|\{\{\s*&/g, 'raw output'],
      [/\sstyle\s*=|<style\b/gi, 'inline style: the policy refuses it'],
      [/<script\b(?![^>]*\bsrc=)/gi, 'inline script: the policy refuses it'],
      [/\son[a-z]+\s*=\s*["']/gi, 'inline handler: the policy refuses it'],
      [/javascript:/gi, 'script in an address'],
      [/\b(src|href|action)\s*=\s*["'](https?:)?\/\//gi, 'a foreign address'],
    ];
    for (const [pattern, what] of breaches)
      for (const { line } of matches(file.text, pattern))
        find(line, what);
  },

  'styles load nothing from elsewhere': (file, find) => {
    if (file.path.endsWith('.css'))
      for (const { line } of matches(file.text, /@import|url\(\s*["']?(https?:)?\/\//g))
        find(line, 'no foreign address');
  },

  'a file fits in a head': (file, find, tell) => {
    if (!/\.(c|h|mjs|ts|css|mustache)$/.test(file.path))
      return;
    const lines = file.text.split('\n').length - 1;
    if (lines > PAGE_LIMIT)
      find(1, `${lines} lines; ${PAGE_LIMIT} at most`);
    else if (lines > PAGE_TOLD)
      tell(1, `${lines} lines ask for a seam`);
  },

  'a function fits on a screen': (file, find, tell) => {
    if (!file.path.endsWith('.c'))
      return;
    for (const { name, line, length } of functionsOf(file.text))
      if (length > FUNCTION_LIMIT)
        find(line, `${name}() has ${length} lines; ${FUNCTION_LIMIT} at most`);
      else if (length > FUNCTION_TOLD)
        tell(line, `${name}() has ${length} lines`);
  },

  'nothing is left for later': (file, find) => {
    if (file.path === 'tests/house.mjs' || file.path === 'tests/test_house.mjs' || !/\.(c|h|mjs|ts|sql|css|mustache|sh|md|build)$|^[^.]*$/.test(file.path))
      return;
    for (const { line, match } of matches(file.text, /\b(TODO|FIXME|XXX|HACK|TBD)\b|\bfor now\b|not (yet )?implemented/g))
      find(line, `"${match[0]}": do it, or file an issue`);
  },

  'headers say what they are': (file, find) => {
    if (!file.path.endsWith('.h'))
      return;
    if (!file.text.startsWith('/*'))
      find(1, 'begin with a comment from which the module could be written');
    if (!/^#pragma once$/m.test(file.text))
      find(1, '#pragma once');
  },

  'text is clean': (file, find) => {
    if (!isText(file.path) || file.path === 'LICENSE' || file.path === 'package-lock.json')
      return;
    for (const { line } of matches(file.text, /[ \t]+$/gm))
      if (!file.path.endsWith('.md'))
        find(line, 'white space at the end of a line');
    for (const { line } of matches(file.text, /\r/g))
      if (!/\.(csv|ics)$/.test(file.path))
        find(line, 'carriage return');
    if (file.text.includes('\ufffd'))
      find(1, 'not UTF-8');
    if (file.text !== '' && !file.text.endsWith('\n'))
      find(file.text.split('\n').length, 'no newline at the end');
  },

  'no place of one machine': (file, find) => {
    if (!isText(file.path) || file.path === 'tests/house.mjs' || file.path === 'tests/test_house.mjs')
      return;
    const places = /(?<![\w.])\/(work|home|root|Users)\/|registry\.(npmjs|yarnpkg)\.\w+|deb\.debian\.org|bash_jobs/g;
    for (const { line, match } of matches(file.text, places))
      find(line, match[0]);
  },

  'the lock file names no address': (file, find) => {
    if (file.path === 'package-lock.json')
      for (const { line } of matches(file.text, /"resolved"\s*:/g))
        find(line, 'make it anew with the .npmrc of this folder');
  },
};

export const houseRules = {
  'the top level holds what it should': (files, find) => {
    for (const top of new Set(files.map((file) => file.path.split('/')[0])))
      if (!topLevel.includes(top))
        find(top, 1, 'does not belong at the top');
  },

  'every folder says what is in it': (files, find) => {
    const paths = new Set(files.map((file) => file.path));
    for (const folder of new Set(files.map((file) => folderOf(file.path))))
      if (folder && !folder.startsWith('.') && !paths.has(`${folder}/README.md`))
        find(`${folder}/README.md`, 1, 'missing');
    const inner = files.map((file) => file.path.split('/')).filter((parts) => parts.length > 2);
    for (const path of new Set(inner.map((parts) => `${parts[0]}/${parts[1]}`))) {
      const [folder, below] = path.split('/');
      const readme = files.find((file) => file.path === `${folder}/README.md`);
      if (readme && !readme.text.includes(`${below}/`))
        find(`${folder}/README.md`, 1, `does not say what ${below}/ is`);
    }
  },

  'every test is run': (files, find) => {
    const text = (path) => files.find((file) => file.path === path)?.text ?? '';
    for (const { path } of files) {
      const name = path.replace('tests/', '');
      if (/^tests\/test_\w+\.c$/.test(path) && !text('tests/meson.build').includes(name.replace(/\.c$/, '')))
        find(path, 1, 'is not in tests/meson.build');
      const [, target] = /^tests\/fuzz\/fuzz_(\w+)\.c$/.exec(path) ?? [];
      if (target && !text('tests/fuzz/meson.build').includes(`'${target}'`))
        find(path, 1, 'is not in tests/fuzz/meson.build');
      if (/^tests\/test_\w+\.mjs$/.test(path) && !text('tests/suites.mjs').includes(name))
        find(path, 1, 'is not in tests/suites.mjs');
    }
  },
};

// All findings over @files, by rule: Map of rule to { found, told }.
export function judge(files) {
  const verdict = new Map();
  for (const [name, rule] of Object.entries(rules)) {
    const found = [], told = [];
    for (const file of files)
      rule(file, (line, what) => found.push({ path: file.path, line, what }),
        (line, what) => told.push({ path: file.path, line, what }));
    verdict.set(name, { found, told });
  }
  for (const [name, rule] of Object.entries(houseRules)) {
    const found = [];
    rule(files, (path, line, what) => found.push({ path, line, what }));
    verdict.set(name, { found, told: [] });
  }
  return verdict;
}
