-- The scan log as a set: what voids name, whose tickets a holder's are, who is not in any more.

-- whose group a count is; NULL: nobody's
ALTER TABLE scan ADD COLUMN delegation_no BIGINT;
CREATE INDEX scan_void ON scan (void_device, void_epoch) WHERE void_device IS NOT NULL;

-- where a spare ticket counts until a region is tapped; NULL: no spare, or it has a person
ALTER TABLE attendee ADD COLUMN spare_region_no BIGINT;
CREATE INDEX attendee_merged ON attendee (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX old_ticket_attendee ON old_ticket (attendee);

-- Who was in at a session, or scanned in by what doesn't count, and is not in: phones must be told. One that has a
-- presence again may stand here still.
CREATE TABLE presence_gone (
	event DB_BYTES NOT NULL,
	session_no BIGINT NOT NULL,
	attendee DB_ID NOT NULL,
	version BIGINT NOT NULL,
	PRIMARY KEY (event, session_no, attendee)
) DB_CLUSTERED;
CREATE INDEX presence_gone_version ON presence_gone (event, session_no, version);
CREATE INDEX presence_version ON presence (event, session_no, version);

-- Records that came after the people had collapsed into counts: a number, nobody's.
CREATE TABLE late_scan (
	event DB_BYTES NOT NULL,
	session_no BIGINT NOT NULL,
	counted BIGINT NOT NULL,
	PRIMARY KEY (event, session_no)
) DB_CLUSTERED;

-- What of the quarantine that has no line in the log staff have looked at.
ALTER TABLE quarantine ADD COLUMN seen_by TEXT;

-- The version at which the definition was last loaded: lists from before it are of no use to a device.
ALTER TABLE event ADD COLUMN definition_version BIGINT NOT NULL DEFAULT 0;
