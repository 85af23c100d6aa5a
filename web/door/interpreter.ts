/*
 * Runs door.wasm where the browser refuses WebAssembly (an iPhone in Lockdown Mode does): the same bytes, read and carried
 * out one by one. Slow, and fast enough for a person who types codes. It knows what clang makes of the door's C code:
 * whole numbers, memory, calls; anything else is refused when it is loaded, not when it is run.
 */
const I64 = 0x7e;

/* What each operation has beside its code: a number of LEB128 integers. */
const operands: Record<number, number> = { 0x0c: 1, 0x0d: 1, 0x10: 1, 0x20: 1, 0x21: 1, 0x22: 1, 0x23: 1, 0x24: 1, 0x3f: 1, 0x40: 1 };
for (let op = 0x28; op <= 0x3e; op++)
	operands[op] = 2; /* loads and stores: alignment, offset */
/* floating point, function pointers, tables */
const refused = [0x11, 0x1c, 0x25, 0x26, 0x2a, 0x2b, 0x38, 0x39, 0x43, 0x44];

type Value = number | bigint;
interface Type { params: number[]; results: number }
interface Step { op: number; a: number; b: number; big: bigint; list: number[] }
interface Code { type: Type; locals: number[]; steps: Step[] }
interface Label { at: number; height: number; arity: number; loop: boolean }

class Bytes {
	at = 0;
	all: Uint8Array;
	constructor(all: Uint8Array) { this.all = all; }
	byte() { return this.all[this.at++]; }
	/* Signed when @signed; 64 bits need BigInt. */
	big(signed: boolean): bigint {
		let value = 0n, shift = 0n, byte: number;
		do {
			byte = this.byte();
			value |= BigInt(byte & 0x7f) << shift;
			shift += 7n;
		} while (byte & 0x80);
		return signed && byte & 0x40 ? value - (1n << shift) : value;
	}
	number(signed = false) { return Number(this.big(signed)); }
	text() {
		const length = this.number();
		this.at += length;
		return new TextDecoder().decode(this.all.subarray(this.at - length, this.at));
	}
	list<T>(read: () => T): T[] { return Array.from({ length: this.number() }, read); }
}

export class Memory {
	buffer: ArrayBuffer;
	view: DataView;
	constructor(pages: number) {
		this.buffer = new ArrayBuffer(pages << 16);
		this.view = new DataView(this.buffer);
	}
	grow(pages: number): number {
		const before = this.buffer, grown = new ArrayBuffer(before.byteLength + (pages << 16));
		new Uint8Array(grown).set(new Uint8Array(before));
		this.buffer = grown;
		this.view = new DataView(grown);
		return before.byteLength >> 16;
	}
}

function readSteps(bytes: Bytes): Step[] {
	const steps: Step[] = [], open: number[] = [];
	for (let depth = 1; depth > 0;) {
		let op = bytes.byte(), a = 0, b = 0, big = 0n, list: number[] = [];
		if (op === 0xfc)
			op = 0xfc00 + bytes.number();
		if ([0x02, 0x03, 0x04].includes(op)) {
			const type = bytes.number(true);
			if (type >= 0)
				throw new Error("a block with parameters");
			a = type === -64 ? 0 : 1; /* results */
			open.push(steps.length);
			depth++;
		} else if (op === 0x05) {
			steps[open.at(-1)!].b = steps.length; /* where `if` goes on when it isn't so */
		} else if (op === 0x0b) {
			depth--;
			const begin = open.pop();
			if (begin !== undefined) {
				steps[begin].list = [steps.length];
				const otherwise = steps[begin].op === 0x04 ? steps[begin].b : 0;
				if (otherwise > 0)
					steps[otherwise].a = steps.length;
			}
		} else if (op === 0x0e) {
			list = bytes.list(() => bytes.number());
			a = bytes.number();
		} else if (op === 0x41) {
			a = bytes.number(true) | 0;
		} else if (op === 0x42) {
			big = BigInt.asIntN(64, bytes.big(true));
		} else if (op === 0xfc0a || op === 0xfc0b) {
			bytes.at += op === 0xfc0a ? 2 : 1; /* which memory: there is one */
		} else if (refused.includes(op) || (op > 0x8a && op !== 0xa7 && op !== 0xac && op !== 0xad && (op < 0xc0 || op > 0xc4)) || (op >= 0x5b && op <= 0x66)) {
			throw new Error(`operation ${op.toString(16)}`);
		} else if (operands[op] !== undefined) {
			a = bytes.number();
			b = operands[op] === 2 ? bytes.number() : 0;
		}
		steps.push({ op, a, b, big, list });
	}
	return steps;
}

const wide = (value: bigint) => BigInt.asIntN(64, value), plain = (value: bigint) => BigInt.asUintN(64, value);
function trap(): never { throw new Error("door.wasm: trap"); }

const narrowOf: Record<number, (x: number, y: number) => number> = {
	0x46: (x, y) => +(x === y), 0x47: (x, y) => +(x !== y), 0x48: (x, y) => +(x < y), 0x49: (x, y) => +(x >>> 0 < y >>> 0),
	0x4a: (x, y) => +(x > y), 0x4b: (x, y) => +(x >>> 0 > y >>> 0), 0x4c: (x, y) => +(x <= y), 0x4d: (x, y) => +(x >>> 0 <= y >>> 0),
	0x4e: (x, y) => +(x >= y), 0x4f: (x, y) => +(x >>> 0 >= y >>> 0), 0x6a: (x, y) => x + y, 0x6b: (x, y) => x - y, 0x6c: Math.imul,
	0x6d: (x, y) => (y === 0 ? trap() : x / y), 0x6e: (x, y) => (y === 0 ? trap() : (x >>> 0) / (y >>> 0)),
	0x6f: (x, y) => (y === 0 ? trap() : x % y), 0x70: (x, y) => (y === 0 ? trap() : (x >>> 0) % (y >>> 0)),
	0x71: (x, y) => x & y, 0x72: (x, y) => x | y, 0x73: (x, y) => x ^ y, 0x74: (x, y) => x << y, 0x75: (x, y) => x >> y, 0x76: (x, y) => x >>> y,
	0x77: (x, y) => (x << y) | (x >>> (32 - (y & 31))), 0x78: (x, y) => (x >>> y) | (x << (32 - (y & 31))),
};
const wideOf: Record<number, (x: bigint, y: bigint) => bigint> = {
	0x7c: (x, y) => x + y, 0x7d: (x, y) => x - y, 0x7e: (x, y) => x * y, 0x7f: (x, y) => (y === 0n ? trap() : x / y),
	0x80: (x, y) => (y === 0n ? trap() : plain(x) / plain(y)), 0x81: (x, y) => (y === 0n ? trap() : x % y),
	0x82: (x, y) => (y === 0n ? trap() : plain(x) % plain(y)), 0x83: (x, y) => x & y, 0x84: (x, y) => x | y, 0x85: (x, y) => x ^ y,
	0x86: (x, y) => x << (y & 63n), 0x87: (x, y) => x >> (y & 63n), 0x88: (x, y) => plain(x) >> (y & 63n),
	0x89: (x, y) => (x << (y & 63n)) | (plain(x) >> ((64n - (y & 63n)) & 63n)), 0x8a: (x, y) => (plain(x) >> (y & 63n)) | (x << ((64n - (y & 63n)) & 63n)),
};
const compareOf: Record<number, (x: bigint, y: bigint) => boolean> = {
	0x51: (x, y) => x === y, 0x52: (x, y) => x !== y, 0x53: (x, y) => x < y, 0x54: (x, y) => plain(x) < plain(y), 0x55: (x, y) => x > y,
	0x56: (x, y) => plain(x) > plain(y), 0x57: (x, y) => x <= y, 0x58: (x, y) => plain(x) <= plain(y), 0x59: (x, y) => x >= y,
	0x5a: (x, y) => plain(x) >= plain(y),
};
const bitsOf = (x: bigint) => plain(x).toString(2).padStart(64, "0");
const aloneOf: Record<number, (x: any) => Value> = {
	0x45: (x: number) => +(x === 0), 0x50: (x: bigint) => +(x === 0n), 0x67: (x: number) => Math.clz32(x),
	0x68: (x: number) => (x === 0 ? 32 : 31 - Math.clz32(x & -x)), 0x69: (x: number) => bitsOf(BigInt(x >>> 0)).replaceAll("0", "").length,
	0x79: (x: bigint) => BigInt(bitsOf(x).indexOf("1") === -1 ? 64 : bitsOf(x).indexOf("1")),
	0x7a: (x: bigint) => BigInt(x === 0n ? 64 : 63 - bitsOf(x).lastIndexOf("1")), 0x7b: (x: bigint) => BigInt(bitsOf(x).replaceAll("0", "").length),
	0xa7: (x: bigint) => Number(BigInt.asIntN(32, x)), 0xac: (x: number) => BigInt(x), 0xad: (x: number) => BigInt(x >>> 0),
	0xc0: (x: number) => (x << 24) >> 24, 0xc1: (x: number) => (x << 16) >> 16, 0xc2: (x: bigint) => BigInt.asIntN(8, x),
	0xc3: (x: bigint) => BigInt.asIntN(16, x), 0xc4: (x: bigint) => BigInt.asIntN(32, x),
};
const loadOf: Record<number, (view: DataView, at: number) => Value> = {
	0x28: (v, at) => v.getInt32(at, true), 0x29: (v, at) => v.getBigInt64(at, true), 0x2c: (v, at) => v.getInt8(at), 0x2d: (v, at) => v.getUint8(at),
	0x2e: (v, at) => v.getInt16(at, true), 0x2f: (v, at) => v.getUint16(at, true), 0x30: (v, at) => BigInt(v.getInt8(at)),
	0x31: (v, at) => BigInt(v.getUint8(at)), 0x32: (v, at) => BigInt(v.getInt16(at, true)), 0x33: (v, at) => BigInt(v.getUint16(at, true)),
	0x34: (v, at) => BigInt(v.getInt32(at, true)), 0x35: (v, at) => BigInt(v.getUint32(at, true)),
};
const storeOf: Record<number, (view: DataView, at: number, value: any) => void> = {
	0x36: (v, at, x) => v.setInt32(at, x, true), 0x37: (v, at, x) => v.setBigInt64(at, x, true), 0x3a: (v, at, x) => v.setInt8(at, x),
	0x3b: (v, at, x) => v.setInt16(at, x, true), 0x3c: (v, at, x) => v.setInt8(at, Number(x & 255n)),
	0x3d: (v, at, x) => v.setInt16(at, Number(x & 65535n), true), 0x3e: (v, at, x) => v.setInt32(at, Number(BigInt.asIntN(32, x)), true),
};

class Machine {
	types: Type[] = [];
	codes: Code[] = [];
	globals: Value[] = [];
	memory = new Memory(0);

	call(no: number, args: Value[]): Value | undefined {
		const { type, locals: zeros, steps } = this.codes[no], { memory } = this;
		const locals: Value[] = [...args, ...zeros.map((kind) => (kind === I64 ? 0n : 0))], stack: any[] = [];
		const labels: Label[] = [{ at: steps.length - 1, height: 0, arity: type.results, loop: false }];
		let at = 0;
		const branch = (depth: number) => {
			const label = labels[labels.length - 1 - depth];
			labels.length -= label.loop ? depth : depth + 1;
			const kept = stack.splice(stack.length - (label.loop ? 0 : label.arity));
			stack.length = label.height;
			stack.push(...kept);
			at = label.at;
		};
		for (; at < steps.length; at++) {
			const { op, a, b, big, list } = steps[at];
			if (op >= 0x28 && op <= 0x35) {
				stack.push(loadOf[op](memory.view, (stack.pop() >>> 0) + b));
			} else if (op >= 0x36 && op <= 0x3e) {
				const value = stack.pop();
				storeOf[op](memory.view, (stack.pop() >>> 0) + b, value);
			} else if (narrowOf[op] !== undefined) {
				const y = stack.pop();
				stack.push(narrowOf[op](stack.pop(), y) | 0);
			} else if (wideOf[op] !== undefined) {
				const y = stack.pop();
				stack.push(wide(wideOf[op](stack.pop(), y)));
			} else if (compareOf[op] !== undefined) {
				const y = stack.pop();
				stack.push(+compareOf[op](stack.pop(), y));
			} else if (aloneOf[op] !== undefined) {
				stack.push(aloneOf[op](stack.pop()));
			} else {
				switch (op) {
				case 0x00: trap();
				case 0x01: break;
				case 0x02: labels.push({ at: list[0], height: stack.length, arity: a, loop: false }); break;
				case 0x03: labels.push({ at, height: stack.length, arity: 0, loop: true }); break;
				case 0x04:
					labels.push({ at: list[0], height: stack.length - 1, arity: a, loop: false });
					if (stack.pop() === 0) {
						at = b > 0 ? b : list[0];
						if (b === 0)
							labels.pop();
					}
					break;
				case 0x05: /* the end of what is so */
					labels.pop();
					at = a;
					break;
				case 0x0b: labels.pop(); break;
				case 0x0c: branch(a); break;
				case 0x0d: if (stack.pop() !== 0) branch(a); break;
				case 0x0e: {
					const choice = stack.pop() >>> 0;
					branch(choice < list.length ? list[choice] : a);
					break;
				}
				case 0x0f: branch(labels.length - 1); break;
				case 0x10: {
					const { params, results } = this.codes[a].type, given = stack.splice(stack.length - params.length);
					const value = this.call(a, given);
					if (results > 0)
						stack.push(value);
					break;
				}
				case 0x1a: stack.pop(); break;
				case 0x1b: {
					const so = stack.pop(), other = stack.pop();
					if (so === 0)
						stack[stack.length - 1] = other;
					break;
				}
				case 0x20: stack.push(locals[a]); break;
				case 0x21: locals[a] = stack.pop(); break;
				case 0x22: locals[a] = stack[stack.length - 1]; break;
				case 0x23: stack.push(this.globals[a]); break;
				case 0x24: this.globals[a] = stack.pop(); break;
				case 0x3f: stack.push(memory.buffer.byteLength >> 16); break;
				case 0x40: stack.push(memory.grow(stack.pop())); break;
				case 0x41: stack.push(a); break;
				case 0x42: stack.push(big); break;
				case 0xfc0a: case 0xfc0b: {
					const length = stack.pop() >>> 0, from = stack.pop(), to = stack.pop() >>> 0, all = new Uint8Array(memory.buffer);
					if (to + length > all.length)
						trap();
					if (op === 0xfc0a)
						all.copyWithin(to, from >>> 0, (from >>> 0) + length);
					else
						all.fill(from & 255, to, to + length);
					break;
				}
				default: throw new Error(`operation ${op.toString(16)}`);
				}
			}
		}
		return type.results > 0 ? stack.pop() : undefined;
	}
}

/* Of a global, or where data goes: a number, nothing to be worked out. */
function constant(bytes: Bytes): Value {
	const [step] = readSteps(bytes);
	return step.op === 0x42 ? step.big : step.a;
}

/* The exports of @binary, as WebAssembly.instantiate() would give them. */
export function interpret(binary: Uint8Array): Record<string, any> {
	const bytes = new Bytes(binary), machine = new Machine(), exports: Record<string, any> = {};
	const kinds: number[] = [], names: (() => void)[] = [], data: (() => void)[] = [];
	bytes.at = 8;
	while (bytes.at < binary.length) {
		const section = bytes.byte(), end = bytes.number() + bytes.at;
		switch (section) {
		case 1:
			machine.types = bytes.list(() => {
				bytes.byte();
				const params = bytes.list(() => bytes.byte());
				return { params, results: bytes.list(() => bytes.byte()).length };
			});
			break;
		case 2: throw new Error("it imports something");
		case 3: kinds.push(...bytes.list(() => bytes.number())); break;
		case 5:
			machine.memory = bytes.list(() => {
				const limited = bytes.byte(), pages = bytes.number();
				if (limited & 1)
					bytes.number();
				return new Memory(pages);
			})[0];
			break;
		case 6:
			machine.globals = bytes.list(() => {
				bytes.at += 2;
				return constant(bytes);
			});
			break;
		case 7:
			bytes.list(() => {
				const name = bytes.text(), kind = bytes.byte(), no = bytes.number();
				names.push(() => { exports[name] = kind === 0 ? callable(machine, no) : kind === 2 ? machine.memory : { value: machine.globals[no] }; });
			});
			break;
		case 10:
			bytes.list(() => {
				bytes.number();
				const locals = bytes.list(() => {
					const count = bytes.number(), kind = bytes.byte();
					return Array<number>(count).fill(kind);
				}).flat();
				machine.codes.push({ type: machine.types[kinds[machine.codes.length]], locals, steps: readSteps(bytes) });
			});
			break;
		case 11:
			bytes.list(() => {
				if (bytes.number() !== 0)
					throw new Error("data that is not placed");
				const to = Number(constant(bytes)), length = bytes.number(), from = bytes.at;
				bytes.at += length;
				data.push(() => new Uint8Array(machine.memory.buffer).set(binary.subarray(from, from + length), to));
			});
			break;
		}
		bytes.at = end; /* names and other things that are for people */
	}
	for (const act of [...data, ...names])
		act();
	return exports;
}

function callable(machine: Machine, no: number) {
	const { params } = machine.codes[no].type;
	return (...given: any[]) => machine.call(no, params.map((kind, i) =>
		(kind === I64 ? wide(BigInt(given[i] ?? 0)) : Number(given[i] ?? 0) | 0)));
}
