/*
 * Puts the catalogues into the program: locales/locales.mjs OUTPUT.c FILE.json…, in the order that the door's
 * manifest numbers languages by. What a catalogue must be is checked by tests/catalogues.mjs.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";

const LINE = 90;

/* JSON text as C strings, one a line. All but ASCII is escaped by JSON itself. */
function cStrings(text) {
  const ascii = text.replace(/[^\x20-\x7e]/g, (unit) => "\\u" + unit.charCodeAt(0).toString(16).padStart(4, "0"));
  const lines = [];
  for (let at = 0; at < ascii.length; at += LINE)
    lines.push('\t\t"' + ascii.slice(at, at + LINE).replace(/[\\"]/g, "\\$&").replace(/\?/g, "\\077") + '"');
  return lines.join("\n");
}

const [output, ...files] = process.argv.slice(2);
const entries = files.map((file) => {
  let catalogue;
  try {
    catalogue = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    process.stderr.write(`locales/locales.mjs: ${file}: ${error.message}\n`);
    process.exit(1);
  }
  return `\t{ "${basename(file, ".json")}",\n${cStrings(JSON.stringify(catalogue))} },`;
});
writeFileSync(output, [
  "/* Made by web/locales/locales.mjs: change the catalogues instead. */",
  "#include <stddef.h>",
  "",
  "extern const struct LocaleSource {",
  "\tconst char *code;",
  "\tconst char *json;",
  "} locale_sources[];",
  "const struct LocaleSource locale_sources[] = {",
  ...entries,
  "\t{ NULL, NULL },",
  "};",
  "",
].join("\n"));
