/* A record of the log as the server's API has it (JSON), from its bytes. */
import { Core, Decision, LogRecord } from "./core.ts";
import { hexOf } from "./tickets.ts";

export interface Region { no: number; code: string; name: Record<string, string> }

/* Numbers of this phone, and the codes that they stand for. */
export interface Names {
	session(no: number): string;
	region(no: number): string | undefined;
}

function shared(record: LogRecord, names: Names) {
	const region = record.region === 0 ? undefined : names.region(record.region);
	return {
		v: 1, device: hexOf(record.device), epoch: hexOf(record.epoch), seq: Number(record.seq),
		session: names.session(record.session), checkpoint: record.checkpoint,
		...(record.hasMark ? { mark: hexOf(record.mark) } : {}),
		wall: record.wall, mono: record.mono, skew: record.skew, skew_error: record.skewError,
		manifest_version: record.manifestVersion, online: record.online,
		...(region === undefined ? {} : { region }),
	};
}

/* To upload, or to hand out as a file. */
export function recordJson(core: Core, record: LogRecord, names: Names) {
	const reason = core.reasonName(record.reason);
	return {
		...shared(record, names), rev: record.rev, decision: core.decisionName(record.decision),
		...(reason === null ? {} : { reason }),
		...(record.delegation === 0 ? {} : { delegation: record.delegation }),
		...(record.hasVoid ? { void_of: { device: hexOf(record.voidDevice), epoch: hexOf(record.voidEpoch), seq: Number(record.voidSeq) } } : {}),
		...(record.decision === Decision.COUNT ? { count: record.count } : {}),
	};
}

/* To ask the server about a scan: rev 0, with what the volunteer has set and the ticket says of itself. */
export function questionJson(core: Core, record: LogRecord, names: Names, set: { leaving: boolean; override: number; ticketClass: number; ticketMinute: number }) {
	const override = core.reasonName(set.override);
	return {
		...shared(record, names), rev: 0,
		...(set.leaving ? { leaving: true } : {}), ...(override === null ? {} : { override }),
		ticket_class: set.ticketClass, ticket_minute: set.ticketMinute,
	};
}
