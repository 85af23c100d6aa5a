// Names that break programs, and a page that tells when one of them did.
import { openContext } from './browser.mjs';

export const scripts = [
  'Nguyễn Thị Ánh Nguyệt', 'Ñandú Güiraldes', 'Ιωάννα Παπαδοπούλου', 'Дарья Ёлкина', 'Անահիտ Հակոբյան', 'نسرین رستمی‌پور', 'عبد الرحمٰن بن عوف',
  'דוד בן־גוריון', 'প্রিয়া দাশগুপ্ত', 'கிருஷ்ணன்', 'ស៊ីណូ', 'မောင်', 'ᏣᎳᎩ', '王小明', '陳綺貞', '홍길동', 'さくら', '𠮷野家', 'Zoë 🦋 👩🏽‍🌾👨‍👩‍👧‍👦🇲🇽', 'ʻOkina Kahoʻolawe',
];
// Direction, width, weight; as long as a name may be.
export const shapes = [
  'ab\u202Ecd\u202C ef', '\u200Fمريم\u200E Smith', 'a\u2066b\u2069c', 'z\u0351\u0352\u0357\u035Balgo', '𝕬𝖓𝖆 𝓜𝓪𝓻í𝓪', 'Ａｎａ', 'N'.repeat(200), '名'.repeat(200),
];
// What other programs take for code.
export const code = [
  '<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "'; DROP TABLE attendee; --", '{{constructor}} {{{html}}} {{> form}}', '${7*7} #{7*7} <%= 7*7 %>',
  'javascript:alert(1)', '</textarea></title></svg><svg onload=alert(1)>', '&lt;b&gt; &amp;amp; &#x41;', 'a,"b",\'c\'', '=HYPERLINK("http://x.example","y")', '@SUM(1+1)*cmd|', '%n%s%x %00 \\u0000 \\x41',
  '{name} {link} $1 $& \\1', '=?utf-8?Q?a=0D=0ABcc:?= <b@x.example>',
];
export const names = [...scripts, ...shapes, ...code];

// With an override a name could turn around what stands beside it: of all marks these alone are taken out.
export const taken = (name) => name.replace(/[\u202A-\u202E\u2066-\u2069]/g, '');

// What a spreadsheet would compute has a mark before it.
export const cell = (name) => {
  const safe = /^[=+\-@]/.test(name) ? `'${name}` : name;
  return /[,"\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

// Adds to @happened whatever a page does that no page of ours may: a dialog, a breach of the policy, any error.
export function watch(page, happened) {
  page.on('dialog', (dialog) => { happened.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on('console', (line) => {
    if (line.type() === 'error' && !/the server responded with a status of 422/.test(line.text())) // a form that is to be mended
      happened.push(`console: ${line.text()}`);
  });
  page.on('pageerror', (error) => happened.push(String(error)));
}

// A page in a context of its own; its `happened` is to stay empty.
export async function watchedPage(browser, url, options) {
  const context = await openContext(browser, url, options);
  const page = await context.newPage();
  page.happened = [];
  watch(page, page.happened);
  return { context, page };
}

// How many pixels it has to be pushed aside for: the page, what is in its main part, and where it has one a table.
export const tooWide = (page) => page.evaluate(() => {
  const end = (element) => element.getBoundingClientRect().right;
  const main = document.querySelector('main'), inside = main ? [...main.querySelectorAll(':scope > *, button, h1, .members, .scroll')] : [];
  return Math.max(document.documentElement.scrollWidth - document.documentElement.clientWidth, ...inside.map((each) => Math.floor(end(each) - end(main))));
});
