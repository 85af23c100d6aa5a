// The catalogues: whole in every language, with the same placeholders and the plural forms that the
// language needs; every text that a page or a template asks for is there, and none is there for nobody.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const list = (folder, ending) =>
  readdirSync(join(root, folder), { recursive: true }).filter((name) => name.endsWith(ending)).map((name) => join(root, folder, name));

const PLURALS = ['zero', 'one', 'two', 'few', 'many', 'other'];
const catalogues = new Map(
  list('web/locales', '.json').map((file) => [file.match(/([\w-]+)\.json$/)[1], JSON.parse(readFileSync(file, 'utf8'))]),
);
const english = catalogues.get('en');
const textsOf = (catalogue) => Object.keys(catalogue).filter((key) => key !== '_meta');

// "option_left" for "option_left_one", where English has "option_left_other" and "option_left_one".
function pluralBase(key) {
  const [, base, form] = key.match(/^(.*)_(\w+)$/) ?? [];
  return PLURALS.includes(form) && `${base}_other` in english && `${base}_one` in english ? base : null;
}

// The languages of the staff's room are English and Spanish; its texts begin with one of these.
const STAFF = /^(staff|letters|calls|device|pair|reports|audit|alarm|desk|spare|scans)_/;
const isStaffs = (key) => STAFF.test(key);

const placeholders = (text) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort().join(' ');
// Whether a plural form is said of one count alone: Tagalog's "one" is said of 1, 2, 3, 5, 7 …
const isOfOneCount = (language, form) => {
  const rules = new Intl.PluralRules(language);
  return Array.from({ length: 200 }, (_, i) => i + 1).filter((count) => rules.select(count) === form).length <= 1;
};
const formsOf = (language) =>
  new Intl.PluralRules(language).resolvedOptions().pluralCategories;

const plain = textsOf(english).filter((key) => pluralBase(key) === null);
const plurals = [...new Set(textsOf(english).map(pluralBase).filter((base) => base !== null))];

for (const [language, catalogue] of catalogues) {
  test(`${language} has every text, and no other`, () => {
    const allOf = (keys) => [...keys.plain, ...keys.plurals.flatMap((base) => formsOf(language).map((form) => `${base}_${form}`))];
    const whole = { plain, plurals };
    const people = { plain: plain.filter((key) => !isStaffs(key)), plurals: plurals.filter((base) => !isStaffs(base)) };
    const has = new Set(textsOf(catalogue));
    assert.deepEqual([...has].filter((key) => !allOf(whole).includes(key)), [], 'too much');
    // the staff's room is in all of a language or in none of it
    const missing = allOf('staff_sign_in' in catalogue ? whole : people).filter((key) => !has.has(key));
    assert.deepEqual(missing, [], 'missing');
    // what is there in one form of its plural is there in all
    const begun = plurals.filter((base) => PLURALS.some((form) => has.has(`${base}_${form}`)));
    assert.deepEqual(begun.flatMap((base) => formsOf(language).map((form) => `${base}_${form}`)).filter((key) => !has.has(key)), []);
  });

  test(`${language} fills the same blanks as English`, () => {
    for (const key of textsOf(catalogue)) {
      const base = pluralBase(key);
      const wanted = placeholders(english[base === null ? key : `${base}_other`] ?? '');
      // "one answer" needs no figure
      const spelled = wanted.split(' ').filter((name) => name !== 'count').join(' ');
      const allowed = base !== null && isOfOneCount(language, /_(\w+)$/.exec(key.slice(base.length))[1]) ? [wanted, spelled] : [wanted];
      assert.ok(allowed.includes(placeholders(catalogue[key])), key);
    }
  });

  test(`${language} has a word for everything, and clean ones`, () => {
    for (const key of textsOf(catalogue)) {
      assert.equal(typeof catalogue[key], 'string', key);
      assert.match(catalogue[key], /\S/, key);
      assert.equal(catalogue[key], catalogue[key].trim().normalize('NFC').replace(/ {2,}/g, ' '), key);
      assert.doesNotMatch(catalogue[key], /[<>]|&\w+;/, `${key} is text, not markup`);
    }
  });

  test(`${language} says what it is`, () => {
    const { name, dir, icu, checked } = catalogue._meta;
    assert.ok(name.length > 0 && ['ltr', 'rtl'].includes(dir) && typeof checked === 'boolean');
    assert.equal(new Intl.Locale(icu.replace(/@.*/, '').replaceAll('_', '-')).language, new Intl.Locale(language).language);
    assert.equal(new Intl.Locale(icu.replace(/@.*/, '').replaceAll('_', '-')).region, 'US', 'dates as they are written here');
  });
}

// ---- who asks for what ----

const templateKeys = execFileSync(process.execPath,
  [join(root, 'reports/templates.mjs'), '--keys', ...list('web/templates', '.mustache')], { encoding: 'utf8' })
  .split('\n').filter((key) => key !== '');

const stringsOf = (files) => {
  const found = new Set();
  for (const file of files) {
    const code = readFileSync(file, 'utf8').replace(/\/\*[^]*?\*\//g, '');
    for (const [, text] of code.matchAll(/"((?:\\.|[^"\\\n])*)"/g))
      found.add(text);
  }
  return found;
};
const app = list('web/door', '.ts');
const literals = stringsOf([...list('web', '.c'), ...app, join(root, 'schema/people/intake.c'), join(root, 'schema/staff/staff.c')]);

// "error_%d_title", and "contact_" put before a code that stands in the sources as well
const patterns = [...literals].filter((text) => /^\w+%d\w*$/.test(text))
  .map((text) => new RegExp(`^${text.replace('%d', '\\d+')}$`));
const isAsked = (key) =>
  literals.has(key) || templateKeys.includes(key) || patterns.some((pattern) => pattern.test(key)) ||
  [...key.matchAll(/_/g)].some(({ index }) =>
    literals.has(key.slice(0, index + 1)) && literals.has(key.slice(index + 1))) ||
  (key.endsWith('_day') && literals.has(key.slice(0, -'_day'.length)));

test('every text that a template asks for is there, and has no blank to fill', () => {
  for (const key of templateKeys) {
    assert.ok(key in english, key);
    assert.equal(placeholders(english[key]), '', key);
  }
});

test('no text is there for nobody', () => {
  assert.deepEqual(plain.filter((key) => !isAsked(key)), []);
  assert.deepEqual(plurals.filter((base) => !literals.has(base)), []);
});

test('every text that a page asks for by name is there', () => {
  const asked = new Set();
  for (const file of list('web', '.c')) {
    const code = readFileSync(file, 'utf8').replace(/\/\*[^]*?\*\//g, '');
    for (const [, key] of code.matchAll(/locale_(?:text|format)\(\s*[^,()]+(?:\([^()]*\))?,\s*"(\w+)"/g))
      asked.add(key);
    for (const [, base] of code.matchAll(/locale_plural\(\s*[^,()]+(?:\([^()]*\))?,\s*"(\w+)"/g))
      asked.add(`${base}_other`);
  }
  assert.ok(asked.size > 20, 'the sources are read as they are written');
  // the app at the door names its texts by their whole keys
  const named = [...stringsOf(app)].filter((text) => /^door_\w+$/.test(text));
  assert.ok(named.length > 80, 'the app is read as it is written');
  for (const key of named)
    asked.add(key in english ? key : `${key}_other`);
  assert.deepEqual([...asked].filter((key) => !(key in english)), []);
});
