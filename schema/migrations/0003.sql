-- The staff's room: which event a sign-in is about, devices as they were last heard of, the audit's head.

-- The event that is looked at; NULL: none of theirs any more.
ALTER TABLE staff_session ADD COLUMN event DB_BYTES;

-- What devices say on their way: when the server last heard of them, and how many scans they hold. A row
-- is at most a minute old.
CREATE TABLE device_seen (
	device DB_ID NOT NULL PRIMARY KEY REFERENCES device,
	seen BIGINT NOT NULL,
	waiting BIGINT NOT NULL
);

-- One row: the last line of the audit. Who adds a line holds it until the commit, so the chain never forks, and a
-- chain that was cut at its end is known.
CREATE TABLE audit_head (
	one SMALLINT NOT NULL PRIMARY KEY CHECK (one = 1),
	no BIGINT NOT NULL,
	hash DB_BYTES
);
INSERT INTO audit_head (one, no) SELECT 1, COALESCE(MAX(no), 0) FROM audit;
