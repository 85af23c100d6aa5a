-- The tables of the first release. DB_ID, DB_BYTES and DB_CLUSTERED are the engine's (db_script).
-- A CHECK names up to two values by IN: for three SQLite would make a table for each row it checks.
-- Times are UTC seconds; those of scans and presence are milliseconds. Marks, epochs, devices and
-- histories are 64 bits kept as signed integers. The columns of a clustered table's key come first: SQLite 3.40's
-- integrity_check looks for NULL in the wrong column otherwise.

CREATE TABLE event (
	id DB_BYTES NOT NULL PRIMARY KEY CHECK (length(id) = 16),
	slug TEXT NOT NULL UNIQUE,
	zone TEXT NOT NULL,
	state TEXT NOT NULL CHECK (state = 'open' OR state = 'closed' OR state = 'expired'),
	edition BIGINT NOT NULL,
	version BIGINT NOT NULL DEFAULT 0,
	last_no BIGINT NOT NULL DEFAULT 0 CHECK (last_no <= 16777215),
	history BIGINT NOT NULL,
	salt DB_BYTES NOT NULL CHECK (length(salt) = 16),
	starts BIGINT NOT NULL,
	ends BIGINT NOT NULL CHECK (ends >= starts)
);

-- Apart from the event's row, which every registration and scan writes anew.
CREATE TABLE definition (
	event DB_BYTES NOT NULL PRIMARY KEY REFERENCES event,
	text TEXT NOT NULL
);

CREATE TABLE region (
	event DB_BYTES NOT NULL REFERENCES event,
	no BIGINT NOT NULL,
	code TEXT NOT NULL,
	PRIMARY KEY (event, no),
	UNIQUE (event, code)
) DB_CLUSTERED;

CREATE TABLE county (
	event DB_BYTES NOT NULL,
	name TEXT NOT NULL,
	region_no BIGINT NOT NULL,
	PRIMARY KEY (event, name),
	FOREIGN KEY (event, region_no) REFERENCES region (event, no)
) DB_CLUSTERED;

CREATE TABLE session (
	event DB_BYTES NOT NULL REFERENCES event,
	no BIGINT NOT NULL,
	code TEXT NOT NULL,
	kind TEXT NOT NULL CHECK (kind = 'day' OR kind = 'training' OR kind = 'bus' OR kind = 'meal'
		OR kind = 'visit' OR kind = 'shift'),
	door TEXT NOT NULL CHECK (door IN ('open', 'listed')),
	reentry TEXT NOT NULL CHECK (reentry IN ('again', 'once')),
	starts BIGINT NOT NULL,
	ends BIGINT NOT NULL CHECK (ends >= starts),
	region_no BIGINT,
	capacity BIGINT,
	taken BIGINT NOT NULL DEFAULT 0 CHECK (taken >= 0),
	return_no BIGINT,
	PRIMARY KEY (event, no),
	UNIQUE (event, code),
	CHECK (capacity IS NULL OR taken <= capacity)
) DB_CLUSTERED;

CREATE TABLE stop (
	event DB_BYTES NOT NULL,
	session_no BIGINT NOT NULL,
	no BIGINT NOT NULL,
	departs BIGINT NOT NULL,
	capacity BIGINT,
	taken BIGINT NOT NULL DEFAULT 0 CHECK (taken >= 0),
	PRIMARY KEY (event, session_no, no),
	FOREIGN KEY (event, session_no) REFERENCES session (event, no),
	CHECK (capacity IS NULL OR taken <= capacity)
) DB_CLUSTERED;

CREATE TABLE option (
	event DB_BYTES NOT NULL REFERENCES event,
	no BIGINT NOT NULL,
	code TEXT NOT NULL,
	opens BIGINT NOT NULL,
	closes BIGINT NOT NULL,
	capacity BIGINT,
	taken BIGINT NOT NULL DEFAULT 0 CHECK (taken >= 0),
	PRIMARY KEY (event, no),
	UNIQUE (event, code),
	CHECK (capacity IS NULL OR taken <= capacity)
) DB_CLUSTERED;

-- choose: 0 included, else the number of the group (from 1) that it is chosen from
CREATE TABLE option_session (
	event DB_BYTES NOT NULL,
	option_no BIGINT NOT NULL,
	session_no BIGINT NOT NULL,
	choose BIGINT NOT NULL,
	PRIMARY KEY (event, option_no, session_no),
	FOREIGN KEY (event, option_no) REFERENCES option (event, no),
	FOREIGN KEY (event, session_no) REFERENCES session (event, no)
) DB_CLUSTERED;

CREATE TABLE delegation (
	event DB_BYTES NOT NULL,
	no BIGINT NOT NULL,
	code TEXT NOT NULL,
	region_no BIGINT NOT NULL,
	expected BIGINT,
	listed SMALLINT NOT NULL CHECK (listed IN (0, 1)),
	link_no BIGINT NOT NULL DEFAULT 1,
	PRIMARY KEY (event, no),
	UNIQUE (event, code),
	FOREIGN KEY (event, region_no) REFERENCES region (event, no)
) DB_CLUSTERED;

CREATE TABLE checkpoint (
	event DB_BYTES NOT NULL,
	no BIGINT NOT NULL,
	session_no BIGINT NOT NULL,
	stop_no BIGINT,
	name TEXT NOT NULL,
	PRIMARY KEY (event, no),
	FOREIGN KEY (event, session_no) REFERENCES session (event, no)
) DB_CLUSTERED;

CREATE TABLE registration (
	id DB_ID NOT NULL PRIMARY KEY,
	event DB_BYTES NOT NULL REFERENCES event,
	submission DB_BYTES NOT NULL,
	content_hash DB_BYTES NOT NULL,
	email_hash DB_BYTES,
	lang TEXT NOT NULL,
	link_no BIGINT NOT NULL DEFAULT 1,
	made BIGINT NOT NULL,
	UNIQUE (event, submission)
);
CREATE INDEX registration_email ON registration (event, email_hash) WHERE email_hash IS NOT NULL;

-- The current ticket lives in its attendee's row; a replaced one moves to old_ticket.
CREATE TABLE attendee (
	id DB_ID NOT NULL PRIMARY KEY,
	event DB_BYTES NOT NULL REFERENCES event,
	no BIGINT NOT NULL,
	registration DB_ID REFERENCES registration,
	delegation_no BIGINT,
	region_no BIGINT NOT NULL,
	option_no BIGINT,
	option_state TEXT CHECK (option_state IN ('confirmed', 'waitlisted')),
	lang TEXT NOT NULL,
	age_band SMALLINT NOT NULL CHECK (age_band BETWEEN 0 AND 2),
	guardian DB_ID,
	walk_in SMALLINT NOT NULL DEFAULT 0 CHECK (walk_in IN (0, 1)),
	fee_state TEXT NOT NULL CHECK (fee_state = 'free' OR fee_state = 'due'
		OR fee_state = 'paid' OR fee_state = 'waived'),
	state TEXT NOT NULL CHECK (state = 'active' OR state = 'cancelled' OR state = 'deleted'),
	merged_into DB_ID,
	changed BIGINT NOT NULL,
	mark BIGINT NOT NULL,
	typed_code TEXT NOT NULL,
	ticket_id DB_BYTES NOT NULL,
	ticket_class SMALLINT NOT NULL,
	ticket_minute BIGINT NOT NULL,
	key_no BIGINT NOT NULL DEFAULT 1,
	UNIQUE (event, no),
	CHECK ((option_no IS NULL) = (option_state IS NULL))
);
-- The upper 45 bits of a mark are its typed code: one index of random keys, and not two, which were
-- half of what a registration writes.
CREATE UNIQUE INDEX attendee_mark ON attendee (event, (mark >> 19));
CREATE INDEX attendee_changed ON attendee (event, changed);
CREATE INDEX attendee_registration ON attendee (registration) WHERE registration IS NOT NULL;
CREATE INDEX attendee_delegation ON attendee (event, delegation_no) WHERE delegation_no IS NOT NULL;

CREATE TABLE old_ticket (
	event DB_BYTES NOT NULL REFERENCES event,
	mark BIGINT NOT NULL,
	typed_code TEXT NOT NULL,
	attendee DB_ID NOT NULL,
	revoked BIGINT NOT NULL,
	changed BIGINT NOT NULL,
	PRIMARY KEY (event, mark),
	UNIQUE (event, typed_code)
) DB_CLUSTERED;
CREATE INDEX old_ticket_changed ON old_ticket (event, changed);

-- A place at a session that was chosen, and at the paired return of a chosen bus. A session that
-- the option includes needs no row: the option is its booking.
CREATE TABLE booking (
	attendee DB_ID NOT NULL,
	session_no BIGINT NOT NULL,
	event DB_BYTES NOT NULL,
	stop_no BIGINT,
	role TEXT,
	state TEXT NOT NULL CHECK (state IN ('confirmed', 'waitlisted')),
	queue BIGINT,
	PRIMARY KEY (attendee, session_no)
) DB_CLUSTERED;
CREATE INDEX booking_session ON booking (event, session_no, state, queue);

CREATE TABLE sealed (
	owner DB_ID NOT NULL,
	class SMALLINT NOT NULL CHECK (class BETWEEN 0 AND 2),
	expires BIGINT NOT NULL,
	value DB_BYTES NOT NULL,
	PRIMARY KEY (owner, class)
) DB_CLUSTERED;

CREATE TABLE consent (
	attendee DB_ID NOT NULL,
	kind SMALLINT NOT NULL,
	given SMALLINT NOT NULL CHECK (given IN (0, 1)),
	at BIGINT NOT NULL,
	text_version BIGINT NOT NULL,
	lang TEXT NOT NULL,
	PRIMARY KEY (attendee, kind)
) DB_CLUSTERED;

CREATE TABLE device (
	id DB_ID NOT NULL PRIMARY KEY,
	event DB_BYTES NOT NULL REFERENCES event,
	name TEXT NOT NULL,
	role TEXT NOT NULL CHECK (role IN ('scan', 'supervisor')),
	pairing_hash DB_BYTES UNIQUE,
	pairing_expires BIGINT,
	pairing_nonce TEXT,
	token_hash DB_BYTES UNIQUE,
	paired_at BIGINT,
	expires BIGINT NOT NULL,
	revoked_at BIGINT
);

-- In this order: SQLite 3.40 finds NULL in a clustered table whose key ends with its last column.
CREATE TABLE device_checkpoint (
	device DB_ID NOT NULL REFERENCES device,
	checkpoint_no BIGINT NOT NULL,
	event DB_BYTES NOT NULL,
	PRIMARY KEY (device, checkpoint_no)
) DB_CLUSTERED;

-- The scan log: a grow-only set. Nothing here is ever updated or deleted while the event lives.
-- check_value is a keyed hash of the line (schema/scan_check.h): a line changed in place is found.
CREATE TABLE scan (
	device BIGINT NOT NULL,
	epoch BIGINT NOT NULL,
	seq BIGINT NOT NULL,
	rev SMALLINT NOT NULL CHECK (rev IN (0, 1)),
	event DB_BYTES NOT NULL,
	session_no BIGINT NOT NULL,
	checkpoint_no BIGINT NOT NULL,
	mark BIGINT,
	decision TEXT NOT NULL,
	reason TEXT,
	wall BIGINT NOT NULL,
	mono BIGINT NOT NULL,
	skew BIGINT NOT NULL,
	skew_error BIGINT NOT NULL,
	manifest_version BIGINT NOT NULL,
	online SMALLINT NOT NULL CHECK (online IN (0, 1)),
	region_no BIGINT,
	void_device BIGINT,
	void_epoch BIGINT,
	void_seq BIGINT,
	count BIGINT,
	arrival BIGINT NOT NULL,
	check_value BIGINT NOT NULL,
	PRIMARY KEY (device, epoch, seq, rev)
) DB_CLUSTERED;
CREATE INDEX scan_arrival ON scan (event, arrival);
CREATE INDEX scan_mark ON scan (event, session_no, mark);

-- The server's verdict on a record that it did not simply accept; no 0 is given at arrival, a
-- release is a further row. Grow-only. A record without a row here was accepted.
CREATE TABLE verdict (
	device BIGINT NOT NULL,
	epoch BIGINT NOT NULL,
	seq BIGINT NOT NULL,
	rev SMALLINT NOT NULL,
	no BIGINT NOT NULL,
	event DB_BYTES NOT NULL,
	verdict TEXT NOT NULL CHECK (verdict IN ('quarantined', 'accepted')),
	reason TEXT NOT NULL,
	who TEXT,
	at BIGINT NOT NULL,
	PRIMARY KEY (device, epoch, seq, rev, no)
) DB_CLUSTERED;

-- What arrived and can't even be a row of scan: garbled, of a device or session that is not known.
CREATE TABLE quarantine (
	id DB_ID NOT NULL PRIMARY KEY,
	event DB_BYTES,
	device BIGINT,
	content_hash DB_BYTES NOT NULL UNIQUE,
	content TEXT NOT NULL,
	reason TEXT NOT NULL,
	at BIGINT NOT NULL
);

-- Derived from scan, verdict and attendee; `turnout schema verify` builds it anew and compares.
CREATE TABLE presence (
	event DB_BYTES NOT NULL,
	session_no BIGINT NOT NULL,
	attendee DB_ID NOT NULL,
	first_at BIGINT NOT NULL,
	checkpoint_no BIGINT NOT NULL,
	device BIGINT NOT NULL,
	epoch BIGINT NOT NULL,
	seq BIGINT NOT NULL,
	version BIGINT NOT NULL,
	PRIMARY KEY (event, session_no, attendee)
) DB_CLUSTERED;

CREATE TABLE tally (
	event DB_BYTES NOT NULL,
	session_no BIGINT NOT NULL,
	region_no BIGINT NOT NULL,
	delegation_no BIGINT NOT NULL,
	counted BIGINT NOT NULL,
	PRIMARY KEY (event, session_no, region_no, delegation_no)
) DB_CLUSTERED;

CREATE TABLE outbox (
	id DB_ID NOT NULL PRIMARY KEY,
	event DB_BYTES NOT NULL,
	cause TEXT NOT NULL UNIQUE,
	kind TEXT NOT NULL,
	attendee DB_ID,
	made BIGINT NOT NULL,
	due BIGINT NOT NULL,
	tries BIGINT NOT NULL DEFAULT 0,
	state TEXT NOT NULL CHECK (state = 'waiting' OR state = 'sent' OR state = 'given-up')
);
CREATE INDEX outbox_due ON outbox (state, due);

CREATE TABLE staff (
	id DB_ID NOT NULL PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	password TEXT NOT NULL,
	totp_sealed DB_BYTES,
	disabled SMALLINT NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
	made BIGINT NOT NULL
);

CREATE TABLE staff_role (
	staff DB_ID NOT NULL REFERENCES staff,
	event DB_BYTES NOT NULL,
	role TEXT NOT NULL CHECK (role = 'owner' OR role = 'staff' OR role = 'region'
		OR role = 'viewer'),
	region_no BIGINT,
	PRIMARY KEY (staff, event)
) DB_CLUSTERED;

CREATE TABLE staff_session (
	id_hash DB_BYTES NOT NULL PRIMARY KEY,
	staff DB_ID NOT NULL REFERENCES staff,
	started BIGINT NOT NULL,
	seen BIGINT NOT NULL
) DB_CLUSTERED;

-- Append-only; each row's hash is over the one before and its own content.
CREATE TABLE audit (
	no DB_ID NOT NULL PRIMARY KEY,
	event DB_BYTES,
	at BIGINT NOT NULL,
	who TEXT NOT NULL,
	act TEXT NOT NULL,
	detail TEXT NOT NULL,
	hash DB_BYTES NOT NULL
);
