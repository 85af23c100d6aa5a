// Makes ed25519.json: signatures that hold and that don't, the odd points among them, for libsodium
// (tests/test_ticket.c) and @noble/ed25519 (tests/door-wasm.mjs) to agree on. Always the same file.
//
//   node tests/vectors/make-ed25519.mjs > tests/vectors/ed25519.json
//
// What is expected follows from how each vector is made, not from asking a library: "holds" is RFC 8032 without
// cofactor, small-order points refused, as libsodium does it. The phone's library multiplies by the cofactor; where that
// makes a difference the vector says "phone". Such a signature can only be made with the signing key
// itself, which a forger does not have.
import { createHash } from "node:crypto";
import { Point, getPublicKey, hashes, sign, utils } from "@noble/ed25519";

hashes.sha512 = (message) => new Uint8Array(createHash("sha512").update(message).digest());
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const P = 2n ** 255n - 19n;
const mod = (a) => ((a % L) + L) % L;
const hex = (b) => Buffer.from(b).toString("hex");
const bytes = (h) => new Uint8Array(Buffer.from(h, "hex"));
const number = (b) => BigInt("0x" + hex(Uint8Array.from(b).reverse()));
const little = (n) => Uint8Array.from(bytes(n.toString(16).padStart(64, "0"))).reverse();
const join = (...parts) => Uint8Array.from(Buffer.concat(parts));
const digest = (text) => new Uint8Array(createHash("sha256").update(text).digest());

const vectors = [];
function add(name, key, message, signature, holds, phone) {
	const v = { name, key: hex(key), message: hex(message), signature: hex(signature), holds };
	if (phone !== undefined && phone !== holds)
		v.phone = phone;
	vectors.push(v);
}
const challenge = (r, key, message) => mod(number(hashes.sha512(join(r, key, message))));

// what holds: RFC 8032, 7.1, and messages of a ticket's length
for (const [name, secret, message] of [
	["RFC 8032 test 1", "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", ""],
	["RFC 8032 test 2", "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "72"],
	["RFC 8032 test 3", "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "af82"],
])
	add(name, getPublicKey(bytes(secret)), bytes(message), sign(bytes(message), bytes(secret)), true);
const ticket = (i) => join(Buffer.from("turnout-T1\0"), digest(`event ${i}`).slice(0, 16),
	digest(`ticket ${i}`).slice(0, 12));
for (let i = 0; i < 16; i++) {
	const secret = digest(`secret ${i}`);
	add(`ticket ${i}`, getPublicKey(secret), ticket(i), sign(ticket(i), secret), true);
}

const secret = digest("secret 0"), key = getPublicKey(secret), message = ticket(0);
const signature = sign(message, secret);
const r = signature.slice(0, 32), s = number(signature.slice(32));
const { scalar: a } = utils.getExtendedPublicKey(secret);
const A = Point.fromBytes(key);
const flipped = (b, bit) => b.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

// one bit changed, anywhere
for (let bit = 0; bit < 256; bit += 37) {
	add(`key, bit ${bit} changed`, flipped(key, bit), message, signature, false);
	add(`R, bit ${bit} changed`, key, message, flipped(signature, bit), false);
	add(`S, bit ${bit} changed`, key, message, flipped(signature, 256 + bit), false);
	add(`message, bit ${bit} changed`, key, flipped(message, bit), signature, false);
}
add("key of another event", getPublicKey(digest("secret 1")), message, signature, false);
add("message of another event", key, ticket(1), signature, false);
add("empty message", key, bytes(""), signature, false);
add("all zero signature", key, message, new Uint8Array(64), false);
add("all one signature", key, message, new Uint8Array(64).fill(255), false);

// S is a number below L; the same number plus a multiple of L would make a second signature
for (let k = 1n; s + k * L < 2n ** 256n; k++)
	add(`S + ${k} L`, key, message, join(r, little(s + k * L)), false);
add("S = L", key, message, join(r, little(L)), false);
add("S = 0", key, message, join(r, little(0n)), false);
add("-S", key, message, join(r, little(L - s)), false);

// keys of small order: for them R = S B holds for any message, if one lets it
const small = {
	"identity": little(1n),
	"order 2": little(P - 1n),
	"order 4, y = 0": little(0n),
	"order 4, y = 0, sign": flipped(little(0n), 255),
	"order 8": bytes("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
	"order 8, sign": flipped(bytes("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), 255),
	"order 8, other": bytes("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
	"order 8, other, sign": flipped(bytes("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), 255),
	"identity, x = -0": flipped(little(1n), 255),
	"order 2, x = -0": flipped(little(P - 1n), 255),
	"identity as p + 1": little(P + 1n),
	"identity as p + 1, sign": flipped(little(P + 1n), 255),
	"order 4 as p": little(P),
	"order 4 as p, sign": flipped(little(P), 255),
};
const one = Point.BASE.toBytes();
for (const [name, point] of Object.entries(small)) {
	add(`key of small order: ${name}; R = B, S = 1`, point, message, join(one, little(1n)), false);
	add(`key of small order: ${name}; R the same, S = 0`, point, message, join(point, little(0n)), false);
	add(`R of small order: ${name}; S = 0`, key, message, join(point, little(0n)), false);
}

// y beyond p, and no point at all
for (let d = 0n; d < 19n; d++)
	add(`key with y = p + ${d}`, little(P + d), message, signature, false);
add("R with y = p + 3", key, message, join(little(P + 3n), little(s)), false);
add("key that is no point", little(2n), message, signature, false);
add("R that is no point", key, message, join(little(2n), little(s)), false);

// what only the signer could make: parts of small order added
const nonce = mod(number(digest("nonce")));
for (const name of ["identity", "order 2", "order 4, y = 0", "order 8"]) {
	const T = Point.fromBytes(small[name]);
	const onlyT = T.toBytes(), k0 = challenge(onlyT, key, message);
	add(`by the signer: R of small order, ${name}`, key, message, join(onlyT, little(mod(k0 * a))), false, true);
	if (name === "identity")
		continue;
	const mixed = Point.BASE.multiply(nonce).add(T).toBytes();
	const k = challenge(mixed, key, message);
	add(`by the signer: R with a part of ${name}`, key, message, join(mixed, little(mod(nonce + k * a))), false, true);
	const mixedKey = A.add(T).toBytes(), plain = Point.BASE.multiply(nonce).toBytes();
	for (const whole of [false, true]) { // whole: the part vanishes without the cofactor as well
		let i = 0, text;
		do
			text = ticket(`mixed ${i++}`);
		while ((challenge(plain, mixedKey, text) % 8n === 0n) !== whole ||
			(!whole && challenge(plain, mixedKey, text) % 2n === 0n));
		const kk = challenge(plain, mixedKey, text);
		add(`by the signer: key with a part of ${name}, ${whole ? "unseen" : "seen"}`, mixedKey, text,
			join(plain, little(mod(nonce + kk * a))), whole, true);
	}
}

process.stdout.write(JSON.stringify({ vectors }, null, "\t") + "\n");
