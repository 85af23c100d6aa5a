// What stands on a page and what keeps somebody from reading it: text that is cut off, runs out of its box or over other
// text, and words of another language.

// Faults of the page as it lies in the window now, or of what lies over it, as text.
export const cutOff = (page, within = 'body') => page.evaluate((top) => {
  const faults = [], { documentElement: root } = document;
  const told = (element) => `${element.tagName.toLowerCase()}${element.id ? `#${element.id}` : ''}${element.className && typeof element.className === 'string' ? `.${element.className.trim().replace(/ /g, '.')}` : ''} "${(element.textContent || element.value || '').trim().replace(/\s+/g, ' ').slice(0, 50)}"`;
  if (root.scrollWidth > root.clientWidth)
    faults.push(`the page is ${root.scrollWidth - root.clientWidth} px too wide`);
  const shown = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('.first, .away, .skip, noscript');
  const clips = new Map([[root, null]]); // the nearest box, an element's own or one around it, that hides what leaves it
  const clipOf = (element) => {
    if (!clips.has(element))
      clips.set(element, getComputedStyle(element).overflowX === 'visible' ? clipOf(element.parentElement) : element);
    return clips.get(element);
  };
  const lines = [];
  const walker = document.createTreeWalker(document.querySelector(top), NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!/\S/.test(node.data) || /^(script|style|option|textarea|title)$/i.test(element.tagName) || element.closest('svg') || !shown(element))
      continue;
    const box = element.closest('a, button, label, p, li, dt, dd, h1, h2, h3, summary, legend, td, th, div, section');
    // scrollbars aside, a box that is as wide as its text
    if (box && box.clientWidth > 0 && box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX !== 'auto')
      faults.push(`${told(box)} is ${box.scrollWidth - box.clientWidth} px wider than its box`);
    const clip = clipOf(element)?.getBoundingClientRect();
    range.selectNodeContents(node);
    for (const { left, right, top, bottom, width, height } of range.getClientRects()) {
      if (width < 1)
        continue;
      if (left < -1 || right > root.clientWidth + 1 || (clip && (left < clip.left - 1 || right > clip.right + 1 || top + height / 4 < clip.top || bottom - height / 4 > clip.bottom)))
        faults.push(`${told(element)} is cut off`);
      // letters are smaller than their line: what touches there is no fault
      lines.push({ element, left: left + 1, right: right - 1, top: top + height * 0.28, bottom: bottom - height * 0.28 });
    }
  }
  lines.sort((one, other) => one.top - other.top);
  lines.forEach((line, i) => {
    for (let j = i + 1; j < lines.length && lines[j].top < line.bottom; j++)
      if (lines[j].left < line.right && lines[j].right > line.left)
        faults.push(`${told(line.element)} lies over ${told(lines[j].element)}`);
  });
  const pen = document.createElement('canvas').getContext('2d');
  for (const select of document.querySelectorAll('select')) {
    const style = getComputedStyle(select), chosen = select.selectedOptions[0];
    pen.font = style.font;
    const room = select.clientWidth - parseFloat(style.paddingInlineStart) - parseFloat(style.paddingInlineEnd);
    const parts = style.whiteSpace === 'normal' ? chosen?.text.split(' ') : [chosen?.text ?? ''];
    if (chosen && shown(select) && (parts.some((part) => pen.measureText(part).width > room + 1) || select.scrollHeight > select.clientHeight + 1))
      faults.push(`${told(select)}: its choice "${chosen.text}" is cut off`);
  }
  for (const input of document.querySelectorAll('input[type="email"], input[type="tel"]'))
    if (getComputedStyle(input).direction !== 'ltr')
      faults.push(`${told(input)} ${input.name}: an address or number that runs to the left`);
  return [...new Set(faults)];
}, within);

// All that a page says, to eyes and ears; not codes, nor what says itself that it is in another language.
export const said = (page) => page.evaluate(() => {
  const texts = [document.title], { lang } = document.documentElement;
  const own = (element) => (element.closest('[lang]')?.lang ?? lang) === lang && !element.closest('code, .typed-code');
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    if (/\S/.test(node.data) && !/^(script|style)$/i.test(node.parentElement.tagName) && own(node.parentElement))
      texts.push(node.data.trim().replace(/\s+/g, ' '));
  for (const element of document.querySelectorAll('[aria-label], [title], [alt], [placeholder]'))
    if (own(element))
      texts.push(...['aria-label', 'title', 'alt', 'placeholder'].map((name) => element.getAttribute(name)).filter(Boolean));
  return [...new Set(texts)];
});

const isLatin = { en: true, es: true, vi: true, tl: true };
const sentence = (text) => text.split(' ').length > 1;

// Finds words of other languages in what a page in @lang says. @catalogues: all of them; @events: texts of the events, {en, es, …}
// each; @names: what is no word of any language (people, towns, streets, file formats).
export class OtherTongues {
  constructor(catalogues, events, names) {
    this.names = new Set(names.map((name) => name.toLowerCase()));
    this.foreign = (text) => text.match(/\p{L}+/gu)?.some((word) => !this.names.has(word.toLowerCase())) ?? false;
    this.of = new Map(); // a text to the languages that say it so
    this.english = new Map(); // a language to English sentences that it says otherwise
    const add = (texts) => {
      for (const [lang, text] of Object.entries(texts))
        this.of.set(text, (this.of.get(text) ?? new Set()).add(lang));
    };
    const english = catalogues.get('en');
    for (const key of Object.keys(english))
      if (key !== '_meta')
        add(Object.fromEntries([...catalogues].filter(([, texts]) => key in texts).map(([lang, texts]) => [lang, texts[key]])));
    events.forEach(add);
    for (const [lang, texts] of catalogues)
      this.english.set(lang, [
        ...Object.keys(english).filter((key) => key !== '_meta' && key in texts && texts[key] !== english[key]).flatMap((key) => english[key].split(/\{\{\w+\}\}/)),
        ...events.filter((text) => text.en && text[lang] && text[lang] !== text.en).flatMap((text) => text.en.split('\n'))]
        .map((text) => text.trim()).filter((text) => text.split(' ').length > 2 && !events.some((own) => own[lang]?.includes(text))));
    this.own = new Map([...catalogues.keys()].map((lang) => [lang, new Set(events.flatMap((text) => text[lang]?.match(/[A-Za-z]+/g) ?? []).map((word) => word.toLowerCase()))]));
  }

  find(lang, texts) {
    const found = [];
    for (const text of texts) {
      const by = this.of.get(text);
      if (by && !by.has(lang) && this.foreign(text) && (sentence(text) || !/^[\x20-\x7e]*$/.test(text)))
        found.push(`"${text.slice(0, 60)}" is ${[...by].join(' ')}`);
      if (lang !== 'en')
        found.push(...this.english.get(lang).filter((english) => text.includes(english)).map((english) => `"${english.slice(0, 60)}" is English`));
      if (!isLatin[lang])
        found.push(...this.latin(lang, text).map((word) => `"${word}" in "${text.slice(0, 60)}"`));
    }
    return [...new Set(found)];
  }

  // Latin words but addresses, codes, and names that the event or the test knows.
  latin(lang, text) {
    const plain = text.replace(/\S+@\S+|https?:\S+|\b[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{2}\b|\b[a-z]+\.[a-z]{3}\b|\b(?=\w*\d)\w+\b/g, '');
    return (plain.match(/\p{Script=Latin}+/gu) ?? []).filter((word) => !this.names.has(word.toLowerCase()) && !this.own.get(lang).has(word.toLowerCase()));
  }
}
