// Makes a C file of constant texts: node embed.mjs OUT.c TABLE FILE… [-- TABLE FILE…]…
// Each TABLE becomes `const Embedded TABLE[]` (schema/embed.h), in the order of its files' names.
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';

const [out, ...words] = process.argv.slice(2);

function literal(bytes) {
	const lines = [];
	let line = '';
	for (const byte of bytes) {
		if (byte === 0x0a) line += '\\n';
		else if (byte === 0x22 || byte === 0x5c) line += '\\' + String.fromCharCode(byte);
		else if (byte >= 0x20 && byte < 0x7f && byte !== 0x3f) line += String.fromCharCode(byte);
		else line += '\\' + byte.toString(8).padStart(3, '0');
		if (byte === 0x0a || line.length > 90) {
			lines.push(`"${line}"`);
			line = '';
		}
	}
	if (line !== '' || lines.length === 0) lines.push(`"${line}"`);
	return lines.join('\n\t  ');
}

function table(name, files) {
	const rows = files
		.map((file) => ({ name: basename(file), bytes: readFileSync(file) }))
		.sort((a, b) => (a.name < b.name ? -1 : 1))
		.map(({ name, bytes }) => `\t{ ${JSON.stringify(name)},\n\t  ${literal(bytes)},\n\t  ${bytes.length} },\n`);
	return `const Embedded ${name}[] = {\n${rows.join('')}\t{ NULL, NULL, 0 },\n};\n`;
}

let text = '/* Made by schema/embed.mjs. */\n#include "schema/embed.h"\n';
for (let rest = words; rest.length > 0;) {
	const end = rest.indexOf('--') < 0 ? rest.length : rest.indexOf('--');
	const [name, ...files] = rest.slice(0, end);
	text += '\n' + table(name, files);
	rest = rest.slice(end + 1);
}
writeFileSync(out, text);
