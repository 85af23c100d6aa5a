/*
 * What mustache.js itself makes of tests/templates: templates.mjs OUTPUT.json CASES.json FILE.mustache…
 * test_template.c compares template.c's pages with these.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import mustache from "mustache";

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

const [output, casesFile, ...files] = process.argv.slice(2);
/* the build drops indentation, and so must we */
const sources = Object.fromEntries(
  files.map((file) => [basename(file, ".mustache"), readFileSync(file, "utf8").replace(/^[\t ]+/gm, "")]),
);
const cases = JSON.parse(readFileSync(casesFile, "utf8"));
for (const one of cases)
  one.expected = mustache.render(sources.all, one.data, sources, {
    escape: (text) => String(text).replace(/[&<>"']/g, (c) => ENTITIES[c]),
  });
writeFileSync(output, JSON.stringify(cases));
