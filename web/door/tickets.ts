/* What a text that was read is: one of our tickets, a neighbour's, or neither. */
import { verifyAsync } from "@noble/ed25519";
import { Core, Signature, Ticket } from "./core.ts";

export interface Key { hint: number; key: string; created: number; event: string; title: Record<string, string> }

export const fromHex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
export const hexOf = (id: bigint) => id.toString(16).padStart(16, "0");
export const idOf = (text: string) => BigInt(`0x${text}`);
export function fromBase64(text: string): Uint8Array {
	return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

async function holds(core: Core, ticket: Ticket, key: Key): Promise<boolean> {
	try {
		/* as strict as the server's libsodium */
		return await verifyAsync(ticket.signature, core.message(ticket, fromHex(key.event)), fromBase64(key.key), { zip215: false });
	} catch {
		return false; /* a point that is none */
	}
}

export interface Read { signature: number; ticket: Ticket | null; mark: bigint; minute: number; elsewhere: Key | null }

/* @created: when the key was made that minutes are counted from. */
export async function readTicket(core: Core, text: string, keys: Key[], event: string, salt: string, created: number): Promise<Read> {
	const none = { signature: Signature.NONE, ticket: null, mark: 0n, minute: 0, elsewhere: null };
	const ticket = core.parse(text);
	if (ticket === null)
		return none;
	for (const key of keys) {
		/* parse() again: the ticket's bytes lie where the core works */
		if (key.hint !== ticket.hint || core.parse(text) === null || !(await holds(core, ticket, key)))
			continue;
		if (key.event !== event)
			return { ...none, signature: Signature.ELSEWHERE, elsewhere: key };
		const salted = new Uint8Array([...fromHex(salt), ...ticket.id]);
		const hash = new DataView(await crypto.subtle.digest("SHA-256", salted));
		const minute = Math.max(0, Math.round((key.created - created) / 60) + ticket.minute);
		return { signature: Signature.HOLDS, ticket, mark: hash.getBigUint64(0), minute, elsewhere: null };
	}
	return none;
}
