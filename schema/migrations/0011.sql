-- Messages of staff to whom a filter chooses, and reminders. The words are sealed with the event's identity key, under the
-- message's id. seen is the event's version up to which everybody whom it is for has it in the outbox; NULL:
-- not yet. told: how many letters and calls. Who comes to match before late_until gets it too.

CREATE TABLE message (
	id DB_ID NOT NULL PRIMARY KEY,
	event DB_BYTES NOT NULL REFERENCES event,
	submission DB_BYTES NOT NULL,
	who TEXT NOT NULL,
	region_no BIGINT NOT NULL,
	filter TEXT NOT NULL,
	sealed DB_BYTES NOT NULL,
	made BIGINT NOT NULL,
	late_until BIGINT NOT NULL,
	seen BIGINT,
	told BIGINT NOT NULL DEFAULT 0,
	UNIQUE (event, submission)
);

-- Reminders that have been given out, by the event's start that they were about.
CREATE TABLE reminder (
	event DB_BYTES NOT NULL REFERENCES event,
	starts BIGINT NOT NULL,
	at BIGINT NOT NULL,
	told BIGINT NOT NULL,
	PRIMARY KEY (event, starts)
) DB_CLUSTERED;
