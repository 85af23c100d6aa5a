-- Letters: one row for each, named by its cause, so that a cause adds nothing twice. A row that a process has in hand
-- is due again when its lease is over: claim says whose it is, and only that one may settle it. begun is the first
-- attempt, from which the days to the giving-up are counted. A letter to a person without an e-mail address is a call
-- for a volunteer, until done is set.

CREATE TABLE outbox_new (
	cause TEXT NOT NULL PRIMARY KEY,
	event DB_BYTES NOT NULL,
	kind TEXT NOT NULL,
	attendee DB_ID,
	made BIGINT NOT NULL,
	due BIGINT NOT NULL,
	tries BIGINT NOT NULL DEFAULT 0,
	state TEXT NOT NULL CHECK (state = 'waiting' OR state = 'sent' OR state = 'given-up' OR state = 'call'
		OR state = 'called' OR state = 'dropped'),
	claim BIGINT,
	begun BIGINT,
	done BIGINT,
	who TEXT,
	trouble TEXT
) DB_CLUSTERED;
INSERT INTO outbox_new (cause, event, kind, attendee, made, due, tries, state)
	SELECT cause, event, kind, attendee, made, due, tries, state FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_new RENAME TO outbox;

-- Partial, so that a letter that is over stands in none of them, and one that waits in one.
CREATE INDEX outbox_due ON outbox (due) WHERE state = 'waiting';
CREATE INDEX outbox_call ON outbox (event, made) WHERE state = 'call';
CREATE INDEX outbox_given_up ON outbox (event, made) WHERE state = 'given-up';
