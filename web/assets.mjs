/*
 * Makes the files that pages ask for ready at build time, as C: each raw and, where that is smaller,
 * as gzip, under a path that holds a hash of the content.
 *
 *   assets.mjs OUTPUT.c DEPFILE FILE…
 *
 * turnout.css is Pico CSS with style/theme.css on top, bundled and made small by esbuild; other .css
 * and .ts files are bundled by themselves (a worker's as a plain script, since not every browser takes a
 * module there); catalogues (.json) become one door-texts.json with what the door's app says; anything
 * else is taken as it is.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const PICO = "@picocss/pico/css/pico.classless.css";
const THEME = "theme.css";
const WORKERS = ["scanner.ts", "sw.ts"];
const isDoorText = (key) => /^(door_|access_|interpretation_)/.test(key) || key === "languages";

const TYPES = {
	".css": "text/css; charset=utf-8",
	".js": "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
	".png": "image/png",
	".ico": "image/x-icon",
	".json": "application/json",
	".txt": "text/plain; charset=utf-8",
	".wasm": "application/wasm",
	".webmanifest": "application/manifest+json",
};

/* What one bundle is made of, for the depfile. */
const used = new Set();

async function bundle(options) {
	const result = await build({
		bundle: true,
		minify: true,
		write: false,
		metafile: true,
		legalComments: "none",
		absWorkingDir: ROOT,
		outdir: "out",
		target: ["chrome100", "firefox100", "safari15"],
		logLevel: "warning",
		...options,
	});
	for (const input of Object.keys(result.metafile.inputs))
		if (!input.startsWith("<"))
			used.add(resolve(ROOT, input));
	return Buffer.from(result.outputFiles[0].contents);
}

/* Pico's own licence asks for its notice; minified comments are dropped, so it is said here. */
async function sheet(themes) {
	const imports = [PICO, ...themes].map((path) => `@import ${JSON.stringify(path)};`).join("\n");
	const css = await bundle({ stdin: { contents: imports, loader: "css", resolveDir: ROOT } });
	return Buffer.concat([Buffer.from("/*! Pico CSS, MIT, (c) Pico contributors */"), css]);
}

async function asset(file) {
	used.add(resolve(file));
	switch (extname(file)) {
	case ".css":
		return { name: basename(file), content: await bundle({ entryPoints: [resolve(file)] }) };
	case ".ts":
		return {
			name: basename(file, ".ts") + ".js",
			content: await bundle({
				entryPoints: [resolve(file)],
				format: WORKERS.includes(basename(file)) ? "iife" : "esm",
			}),
		};
	default:
		return { name: basename(file), content: readFileSync(file) };
	}
}

/* ICU's "fa_US@calendar=gregorian" as browsers say it: "fa-US-u-ca-gregory". */
function localeTag(icu) {
	const [locale, ...keywords] = icu.split(/[@;]/);
	const said = { "calendar=gregorian": "ca-gregory", "numbers=latn": "nu-latn" };
	return [locale.replaceAll("_", "-"), ...keywords.length > 0 ? ["u"] : [], ...keywords.map((each) => said[each])].join("-");
}

/* {en: {name, dir, locale, texts{}}, …}; what a language lacks, it says in English, the first. */
function doorTexts(files) {
	let english;
	const catalogues = files.map((file) => {
		used.add(resolve(file));
		const { _meta, ...texts } = JSON.parse(readFileSync(file, "utf8"));
		const own = Object.fromEntries(Object.entries(texts).filter(([key]) => isDoorText(key)));
		english ??= own;
		const lent = Object.entries(english).filter(([key]) => !(key in own) && !(key.replace(/_[a-z]+$/, "_other") in own));
		return [basename(file, ".json"), { name: _meta.name, dir: _meta.dir, locale: localeTag(_meta.icu), texts: { ...Object.fromEntries(lent), ...own } }];
	});
	return { name: "door-texts.json", content: Buffer.from(JSON.stringify(Object.fromEntries(catalogues))) };
}

function array(name, bytes) {
	const lines = [];
	for (let at = 0; at < bytes.length; at += 24)
		lines.push("\t" + [...bytes.subarray(at, at + 24)].join(",") + ",");
	return `static const guint8 ${name}[] = {\n${lines.join("\n")}\n};\n`;
}

function entry({ name, content }, i) {
	const type = TYPES[extname(name)];
	if (type === undefined)
		throw new Error(`${name}: this kind of file has no media type in assets.mjs`);
	const hash = createHash("sha256").update(content).digest("hex").slice(0, 16);
	const packed = gzipSync(content, { level: 9 });
	const small = packed.length < content.length * 0.95;
	const held = small ? packed : content;
	const row = `\t{ ${JSON.stringify(name)}, "${hash}", "/a/${hash}/${name}", "${type}", bytes_${i}, ` +
		`${held.length}, ${content.length}, ${small ? "TRUE" : "FALSE"} },`;
	return { array: array(`bytes_${i}`, held), row };
}

async function main([output, depfile, ...files]) {
	const themes = files.filter((file) => basename(file) === THEME).map((file) => resolve(file));
	const made = [{ name: "turnout.css", content: await sheet(themes) }];
	const catalogues = files.filter((file) => extname(file) === ".json");
	for (const file of files)
		if (basename(file) !== THEME && !catalogues.includes(file))
			made.push(await asset(file));
	made.push(doorTexts(catalogues));
	const entries = made.map(entry);
	writeFileSync(output, [
		"/* Made by web/assets.mjs. */",
		'#include "web/assets.h"\n',
		...entries.map(({ array }) => array),
		"const Asset assets[] = {",
		...entries.map(({ row }) => row),
		"\t{ NULL },",
		"};\n",
	].join("\n"));
	writeFileSync(depfile, `${output}: ${[...used].map((path) => path.replaceAll(" ", "\\ ")).join(" ")}\n`);
}

await main(process.argv.slice(2));
