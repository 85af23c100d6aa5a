-- Forgetting people: who asked for it, what keeps it from happening, and the numbers that are left of them.

-- done: when the person was gone; NULL: a hold keeps them, hidden. listed: the id stands in the list beside the keys.
CREATE TABLE erasure (
	attendee DB_ID NOT NULL PRIMARY KEY,
	event DB_BYTES NOT NULL REFERENCES event,
	asked BIGINT NOT NULL,
	done BIGINT,
	listed SMALLINT NOT NULL DEFAULT 0 CHECK (listed IN (0, 1))
);
CREATE INDEX erasure_waiting ON erasure (event) WHERE done IS NULL;
CREATE INDEX erasure_unlisted ON erasure (event) WHERE listed = 0;

-- A legal hold. no: of the region or delegation; of a person their holder number; 0 of the whole event.
CREATE TABLE hold (
	id DB_ID NOT NULL PRIMARY KEY,
	event DB_BYTES NOT NULL REFERENCES event,
	scope TEXT NOT NULL CHECK (scope = 'event' OR scope = 'region' OR scope = 'delegation' OR scope = 'person'),
	no BIGINT NOT NULL,
	reason TEXT NOT NULL,
	made BIGINT NOT NULL,
	released BIGINT,
	listed SMALLINT NOT NULL DEFAULT 0 CHECK (listed IN (0, 1))
);
CREATE INDEX hold_event ON hold (event) WHERE released IS NULL;

-- Whose 48 hours after the event are to be counted.
CREATE INDEX attendee_cancelled ON attendee (event) WHERE state = 'cancelled';

-- What was destroyed when its time had come. part: a class of sealed values (0 to 2); 3: the people became counts.
-- key_no: of the fresh key that held people's values were sealed with; 0: none is left.
CREATE TABLE expiry (
	event DB_BYTES NOT NULL REFERENCES event,
	part SMALLINT NOT NULL CHECK (part BETWEEN 0 AND 3),
	key_no BIGINT NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (event, part)
) DB_CLUSTERED;

-- What people were, who are rows no more. session_no 0: registered at all; region_no and delegation_no 0: none.
CREATE TABLE counted (
	event DB_BYTES NOT NULL REFERENCES event,
	session_no BIGINT NOT NULL,
	region_no BIGINT NOT NULL,
	delegation_no BIGINT NOT NULL,
	expected BIGINT NOT NULL,
	came BIGINT NOT NULL,
	walk_in BIGINT NOT NULL,
	PRIMARY KEY (event, session_no, region_no, delegation_no)
) DB_CLUSTERED;

-- Their arrivals: slot is the quarter of an hour since 1970.
CREATE TABLE counted_arrival (
	event DB_BYTES NOT NULL REFERENCES event,
	session_no BIGINT NOT NULL,
	region_no BIGINT NOT NULL,
	slot BIGINT NOT NULL,
	came BIGINT NOT NULL,
	PRIMARY KEY (event, session_no, region_no, slot)
) DB_CLUSTERED;
