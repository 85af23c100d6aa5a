// What is handed out on paper, as other programs read it: tickets as PDF by poppler and a scanner of codes, reports as
// PDF and as a workbook by openpyxl.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { example, openHouse, run } from './lib/turnout.mjs';
import { Visitor, tokenOf } from './lib/visitor.mjs';

const slug = 'immigrant-day-of-action';
const names = ['Ana Morales', '王小明', '陳美玲 (Mei-Ling)', 'Nguyễn Thị Ánh Tuyết', '김민지', 'Արամ Խաչատրյան',
  'فاطمة الزهراء بنت محمد', 'محمد رضا شجریان', '=HYPERLINK("x")', 'Zoë 🦋 Quetzalcóatl',
  'María de los Ángeles Guadalupe Hernández Castañeda de la Cruz y Santiago '.repeat(2).trim()];
const delegation = 'DELTA';
const openly = 'the-picnic'; // the same event, whose organizers let paper say what it is for

// As poppler tells it: text in the order it is read, without the marks it puts around what runs the other way.
const tidy = (text) => text.normalize('NFKC').replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '').replace(/\s+/g, ' ').trim();

async function said(program, args) {
  const { status, stdout, stderr } = await run(program, args);
  assert.equal(status, 0, `${program}: ${stderr}`);
  return stdout;
}

const about = async (file) => Object.fromEntries((await said('pdfinfo', [file])).trim().split('\n')
  .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]));
const pagesOf = async (file) => (await said('pdftotext', [file, '-'])).split('\f').slice(0, -1).map(tidy);

async function assertFontsEmbedded(file) {
  const rows = (await said('pdffonts', [file])).trim().split('\n').slice(2);
  assert.ok(rows.length > 0);
  for (const row of rows)
    assert.match(row, / yes yes yes +\d+ +\d+$| Type 3 +Custom +yes no +yes +\d+ +\d+$/, row); // what is drawn is no part of a font
}

// The codes on each page, as they would be scanned from a printer's coarse print.
async function codesOf(file, pages, dpi = 110) {
  const prefix = file.replace(/\.pdf$/, '');
  await said('pdftoppm', ['-r', String(dpi), '-gray', '-png', file, prefix]);
  const found = [];
  for (let page = 1; page <= pages; page++) {
    const picture = `${prefix}-${String(page).padStart(String(pages).length, '0')}.png`;
    const text = await said('zbarimg', ['--quiet', '--raw', '-Sdisable', '-Sqrcode.enable', picture]);
    found.push(text.trim().split('\n'));
  }
  return found;
}

// Every cell of a workbook by another program's library: [type, value].
async function readBook(file) {
  const script = `import json, sys, openpyxl
book = openpyxl.load_workbook(sys.argv[1])
sheet = book.active
print(json.dumps({
  "title": sheet.title, "freeze": sheet.freeze_panes, "creator": book.properties.creator,
  "widths": [sheet.column_dimensions[openpyxl.utils.get_column_letter(i + 1)].width for i in range(sheet.max_column)],
  "rows": [[["" if c.value is None else c.data_type, "" if c.value is None else str(c.value)] for c in row] for row in sheet.rows]}))`;
  return JSON.parse(await said('/usr/bin/python3', ['-c', script, file]));
}

function readCsv(text) {
  const rows = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1).push((quoted !== undefined ? quoted.replaceAll('""', '"') : plain).replace(/^'(?=[=+\-@])/, ''));
    if (end === '\r\n')
      rows.push([]);
  }
  return rows.slice(0, -1);
}

describe('paper', { concurrency: false }, () => {
  let house, server, visitor, token, tokenOpenly, folder, saved = 0;

  const family = (event) => visitor.register(event, {
    name: names[0], contact: 'none', option: 'general', delegation, age_band: 'adult', photo: 'no',
    ...Object.fromEntries(names.slice(1).map((name, i) => [`name_${i + 2}`, name])),
  });

  async function save(path, headers) {
    const answer = await visitor.get(path, headers);
    assert.equal(answer.status, 200, path);
    assert.equal(answer.headers['content-type'], 'application/pdf');
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.headers['content-disposition'], 'inline; filename="ticket.pdf"');
    const file = join(folder, `${++saved}.pdf`);
    writeFileSync(file, answer.body);
    return file;
  }

  before(async () => {
    house = await openHouse('sqlite');
    folder = join(house.dir, '..');
    const definition = JSON.parse(readFileSync(example, 'utf8'));
    const file = join(folder, 'openly.json');
    writeFileSync(file, JSON.stringify({ ...definition, slug: openly,
      paper: { title: true, sessions: true, delegation: true, size: 'a4' } }));
    await house.do(['schema', 'load', file, '--starts', new Date(Date.now() + 120 * 86_400_000).toISOString().slice(0, 10)]);
    server = await house.serve();
    visitor = new Visitor(server.url);
    token = tokenOf(await family(slug));
    tokenOpenly = tokenOf(await family(openly));
    assert.ok(token && tokenOpenly);
  });
  after(async () => {
    visitor?.close();
    await house?.close();
  });

  const texts = async (of) => Promise.all(names.map(async (_, i) => (await visitor.get(`/t/${of}/${i + 1}.txt`)).text.trim()));
  const shown = (name) => tidy(name.replace('🦋', '')); // which is a picture on paper

  test('the ticket page leads to paper, in English and in Spanish', async () => {
    for (const [lang, word] of [['en', /to print \(PDF\)/], ['es', /para imprimir \(PDF\)/]]) {
      const { text } = await visitor.get(`/t/${token}?lang=${lang}`);
      assert.match(text, word);
      for (const link of ['1.pdf', `${names.length}.pdf`, 'all.pdf', 'all.pdf?layout=sheet'])
        assert.ok(text.includes(`href="/t/${token}/${link}"`), link);
    }
  });

  test('one a page: each is found by its name in its script, and scanned', async () => {
    const file = await save(`/t/${token}/all.pdf`);
    const pages = await pagesOf(file);
    assert.equal(pages.length, names.length);
    names.forEach((name, i) => assert.ok(pages[i].includes(shown(name)), `${name} in ${pages[i]}`));
    assert.deepEqual(await codesOf(file, names.length), (await texts(token)).map((text) => [text]));
    await assertFontsEmbedded(file);
    assert.match((await about(file))['Page size'], /letter/);
  });

  test('one person\'s ticket is one page, with the code that may be said', async () => {
    const file = await save(`/t/${token}/5.pdf`);
    const [page, ...more] = await pagesOf(file);
    assert.equal(more.length, 0);
    const { text } = await visitor.get(`/t/${token}`);
    const codes = [...text.matchAll(/<b dir="ltr">([^<]+)<\/b>/g)].map(([, code]) => code);
    assert.ok(page.includes(codes[4]), page);
    assert.ok(page.includes('김민지'));
    assert.ok(!page.includes(names[0]));
  });

  test('a sheet on Letter and badges on A4 hold the same codes', async () => {
    const all = (await texts(token)).sort();
    for (const [layout, size, word, pages] of [['sheet', 'letter', /letter/, 2], ['badges', 'a4', /A4/, 2]]) {
      const file = await save(`/t/${token}/all.pdf?layout=${layout}&size=${size}`);
      const info = await about(file);
      assert.match(info['Page size'], word);
      assert.equal(Number(info.Pages), pages);
      const whole = (await pagesOf(file)).join(' ');
      for (const name of names.filter((each) => each.length < 12))
        assert.ok(whole.includes(shown(name)), `${name} in ${layout}`);
      assert.deepEqual((await codesOf(file, pages, 150)).flat().sort(), all, `${layout} ${size}`);
    }
  });

  test('nothing names the event, the delegation or a place', async () => {
    const { title, sessions, delegations } = JSON.parse(readFileSync(example, 'utf8'));
    for (const layout of ['pages', 'sheet', 'badges']) {
      const file = await save(`/t/${token}/all.pdf?layout=${layout}`);
      const whole = `${(await pagesOf(file)).join(' ')} ${JSON.stringify(await about(file))} ${readFileSync(file, 'latin1')}`;
      const secrets = [...Object.values(title), ...sessions.map((each) => each.title.en), ...delegations.map(({ name }) => name), slug, token];
      for (const secret of secrets)
        assert.ok(!whole.includes(secret), `${layout}: ${secret}`);
    }
  });

  test('the file tells of itself no more than that it is a ticket, and its language', async () => {
    for (const [lang, title] of [['en', 'Ticket'], ['es', 'Boleto']]) {
      const file = await save(`/t/${token}/1.pdf`, { 'Accept-Language': lang });
      const { Title, Creator, Producer, CreationDate, ModDate, Author, Subject, Keywords } = await about(file);
      assert.deepEqual([Title, Creator, Author, Subject, Keywords, ModDate], [title, 'turnout', undefined, undefined, undefined, undefined]);
      assert.match(Producer, /^cairo [\d.]+ /);
      assert.ok(Math.abs(Date.parse(CreationDate) - Date.now()) < 600_000, CreationDate);
      assert.ok(readFileSync(file, 'latin1').includes(`/Lang (${lang})`));
    }
  });

  test('when the organizers let it, paper says what it is for, who it belongs to and when to be where', async () => {
    const { title, sessions, delegations } = JSON.parse(readFileSync(example, 'utf8'));
    const file = await save(`/t/${tokenOpenly}/1.pdf`);
    const [page] = await pagesOf(file);
    assert.match((await about(file))['Page size'], /A4/);
    for (const words of [title.en, delegations.find(({ code }) => code === delegation).name, sessions[0].title.en, sessions[1].title.en])
      assert.ok(page.includes(tidy(words)), `${words} in ${page}`);
    const spanish = await pagesOf(await save(`/t/${tokenOpenly}/1.pdf`, { 'Accept-Language': 'es' }));
    assert.ok(spanish[0].includes(tidy(title.es)));
  });

  test('a definition that speaks of paper is exported as it was loaded', async () => {
    const exported = JSON.parse(await house.do(['schema', 'export', '--event', openly]));
    assert.deepEqual(exported.paper, { title: true, sessions: true, delegation: true, size: 'a4' });
    assert.equal(JSON.parse(await house.do(['schema', 'export', '--event', slug])).paper, undefined);
  });

  test('what does not exist is not printed', async () => {
    for (const path of [`${token}/0.pdf`, `${token}/${names.length + 1}.pdf`, `${token}/all.pdf?layout=poster`,
      `${token}/all.pdf?size=a5`, `${token}/all.png`, `${token.slice(0, -1)}/all.pdf`])
      assert.equal((await visitor.get(`/t/${path}`)).status, 404, path);
  });

  test('many ask at once, and each gets their own', async () => {
    const answers = await Promise.all(names.map((_, i) => save(`/t/${token}/${i + 1}.pdf`)));
    const pages = await Promise.all(answers.map(async (file) => (await pagesOf(file))[0]));
    names.forEach((name, i) => assert.ok(pages[i].includes(shown(name)), name));
  });

  for (const report of ['roster', 'attendance', 'no-shows']) {
    const file = (format) => join(folder, `${report}.${format}`);
    const ask = (format) => house.do(['report', report, '--event', slug, '--format', format, '--output', file(format)]);

    test(`${report}: a workbook holds what the CSV holds, text as text and numbers as numbers`, async () => {
      await ask('csv');
      await ask('xlsx');
      const [head, ...rows] = readCsv(readFileSync(file('csv'), 'utf8'));
      const numbers = new Set(['no', 'expected', 'came', 'no_show', 'walk_in', 'tally']);
      const book = await readBook(file('xlsx'));
      assert.deepEqual(book.rows.map((row) => row.map(([, value]) => value)), [head, ...rows]);
      for (const row of book.rows.slice(1))
        row.forEach(([type, value], i) => value && assert.equal(type, numbers.has(head[i]) ? 'n' : 's', `${head[i]}: ${value}`));
      assert.equal(book.title, report);
      assert.equal(book.freeze, 'A2');
      book.widths.forEach((width, i) => assert.ok(width >= head[i].length && width < 62, `${head[i]} ${width}`));
      assert.ok(rows.length >= names.length);
    });

    test(`${report}: on paper, every page has the head and its number`, async () => {
      await ask('pdf');
      const [head, ...rows] = readCsv(readFileSync(file('csv'), 'utf8'));
      const pages = await pagesOf(file('pdf'));
      const whole = pages.join(' ');
      pages.forEach((page, i) => {
        head.forEach((column) => assert.ok(page.includes(column), `${column} on page ${i + 1}`));
        assert.match(page, new RegExp(`\\b${i + 1}\\b`));
      });
      if (head.includes('name'))
        for (const name of names.filter((each) => each.length < 30 && !each.includes('🦋')))
          assert.ok(whole.includes(shown(name)), name);
      assert.equal(pages.length > 1, rows.length > 60, `${pages.length} pages of ${rows.length} rows`);
      await assertFontsEmbedded(file('pdf'));
      assert.equal((await about(file('pdf'))).Title, 'Report');
    });
  }

  test('a workbook goes into a pipe too', async () => {
    const { stdout } = await run('sh', ['-c', '"$@" | base64 -w0', 'sh', join(process.env.TURNOUT_TEST_BUILD ?? 'build', 'turnout'),
      'report', 'roster', '--event', slug, '--format', 'xlsx', ...house.place]);
    const file = join(folder, 'piped.xlsx');
    writeFileSync(file, Buffer.from(stdout, 'base64'));
    assert.equal((await readBook(file)).rows.length, names.length + 1);
  });
});
