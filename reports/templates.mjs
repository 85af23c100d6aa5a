/*
 * Parses mustache templates (by npm's mustache) into constant token tables for template.c.
 *
 *   templates.mjs --table NAME --output FILE.c FILE.mustache…
 *   templates.mjs --keys FILE.mustache…        every key of the catalogue that they use, one a line
 *
 * A template is named after its file. Partials are put in place. Indentation is dropped: it is for
 * the reader of the template. Any fault of a template is told with its file, and breaks the build.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import mustache from "mustache";

const KINDS = { text: "TEMPLATE_TEXT", name: "TEMPLATE_NAME", "#": "TEMPLATE_SECTION", "^": "TEMPLATE_INVERTED" };
/* As much as one string of C may hold everywhere. */
const TEXT_MAX = 4000;

class TemplateFault extends Error {}

function readSources(files) {
  const sources = new Map();
  for (const file of files) {
    const name = basename(file, ".mustache");
    if (sources.has(name))
      throw new TemplateFault(`${file}: there are two templates of this name`);
    sources.set(name, { file, text: readFileSync(file, "utf8") });
  }
  return sources;
}

/* What the parser would take, and we don't. */
function refuse({ file, text }) {
  const rules = [
    [/\{\{\{|\{\{\s*&/, "text that is not escaped"],
    [/\{\{\s*=/, "other delimiters"],
    [/\s[\w-]+=\{\{/, "an attribute without quotes"],
    [/\sstyle=/, "a style attribute, which the content security policy forbids"],
    [/<style\b/, "a style element, which the content security policy forbids"],
    [/\son[a-z]+=/, "a script attribute, which the content security policy forbids"],
  ];
  for (const [pattern, what] of rules) {
    const at = text.search(pattern);
    if (at >= 0)
      throw new TemplateFault(`${file}:${text.slice(0, at).split("\n").length}: ${what}`);
  }
}

function parse(source) {
  refuse(source);
  try {
    return mustache.parse(source.text.replace(/^[\t ]+/gm, ""));
  } catch (error) {
    throw new TemplateFault(`${source.file}: ${error.message}`);
  }
}

/* Mustache's tree as one flat list; @trail are the templates that led here. */
function flatten(tree, sources, trail, out) {
  for (const [kind, value, , , inner] of tree) {
    if (kind === ">") {
      const partial = sources.get(value);
      const { file } = sources.get(trail.at(-1));
      if (partial === undefined)
        throw new TemplateFault(`${file}: there is no template "${value}" to put in`);
      if (trail.includes(value))
        throw new TemplateFault(`${file}: "${value}" would put in itself`);
      flatten(parse(partial), sources, [...trail, value], out);
    } else if (kind === "text") {
      const last = out.at(-1);
      if (last?.kind === "text" && !last.closed)
        last.text += value;
      else
        out.push({ kind, text: value });
    } else if (kind === "name") {
      out.push({ kind, text: value });
    } else if (kind === "#" || kind === "^") {
      const token = { kind, text: value };
      out.push(token);
      flatten(inner, sources, trail, out);
      token.end = out.length;
      /* what follows must not be joined to the text inside */
      out.at(-1).closed = true;
    } else if (kind !== "!") {
      throw new TemplateFault(`${trail.at(-1)}: "${kind}" is not known here`);
    }
  }
  return out;
}

function cString(text) {
  const bytes = Buffer.from(text, "utf8");
  let quoted = "";
  for (const byte of bytes) {
    if (byte === 10)
      quoted += "\\n";
    else if (byte === 34 || byte === 92)
      quoted += "\\" + String.fromCharCode(byte);
    else if (byte < 32 || byte > 126 || byte === 63 /* no trigraphs */)
      quoted += "\\" + byte.toString(8).padStart(3, "0");
    else
      quoted += String.fromCharCode(byte);
  }
  return { quoted: `"${quoted}"`, length: bytes.length };
}

/* Long texts as several tokens; ends of sections move along. */
function split(tokens) {
  const out = [];
  const moved = [];
  for (const token of tokens) {
    moved.push(out.length);
    if (token.kind !== "text" || token.text.length <= TEXT_MAX) {
      out.push({ ...token });
      continue;
    }
    const points = [...token.text];
    for (let at = 0; at < points.length; at += TEXT_MAX)
      out.push({ kind: "text", text: points.slice(at, at + TEXT_MAX).join("") });
  }
  moved.push(out.length);
  for (const token of out)
    if (token.end !== undefined)
      token.end = moved[token.end];
  return out;
}

function writeTable(table, templates) {
  const lines = [
    "/* Made by reports/templates.mjs: change the templates instead. */",
    '#include "reports/template.h"',
    "",
    `extern const Template ${table}[];`,
    "",
  ];
  const rows = [];
  let n = 0;
  for (const [name, tokens] of templates) {
    const array = `tokens_${n++}`;
    lines.push(`static const TemplateToken ${array}[] = {`);
    for (const token of split(tokens)) {
      const { quoted, length } = cString(token.text);
      lines.push(`\t{ ${KINDS[token.kind]}, ${length}, ${quoted}, ${token.end ?? 0} },`);
    }
    lines.push("\t{ TEMPLATE_TEXT, 0, \"\", 0 },", "};");
    rows.push(`\t{ ${cString(name).quoted}, ${array}, G_N_ELEMENTS(${array}) - 1 },`);
  }
  lines.push("", `const Template ${table}[] = {`, ...rows, "\t{ NULL, NULL, 0 },", "};", "");
  return lines.join("\n");
}

function catalogueKeys(templates) {
  const keys = new Set();
  for (const tokens of templates.values())
    for (const { kind, text } of tokens)
      if (kind !== "text" && text.startsWith("_."))
        keys.add(text.slice(2));
  return [...keys].sort();
}

function main(args) {
  const option = (name) => {
    const at = args.indexOf(name);
    return at < 0 ? undefined : args.splice(at, 2)[1];
  };
  const table = option("--table");
  const output = option("--output");
  const keysOnly = args[0] === "--keys";
  if (keysOnly)
    args.shift();
  if (args.length === 0 || (!keysOnly && (table === undefined || output === undefined)))
    throw new TemplateFault("usage: templates.mjs --table NAME --output FILE.c FILE.mustache…");

  const sources = readSources(args);
  const templates = new Map();
  for (const [name, source] of sources)
    templates.set(name, flatten(parse(source), sources, [name], []));
  if (keysOnly)
    process.stdout.write(catalogueKeys(templates).map((key) => key + "\n").join(""));
  else
    writeFileSync(output, writeTable(table, templates));
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof TemplateFault) && error.code === undefined)
    throw error;
  process.stderr.write(`templates.mjs: ${error.message}\n`);
  process.exitCode = 1;
}
