-- Delegations that are made or edited while the event runs, their captains, and who asks to join.

-- What all editions of the definition leave to the tables alone: raised by each change of a delegation.
ALTER TABLE event ADD COLUMN group_version BIGINT NOT NULL DEFAULT 0;

-- by_hand 1: name, region, size and listing are as they stand here, and not as the definition says. made: when an
-- organisation or the staff made it; NULL: a definition did. own: the organisation did it by itself. seen: staff have
-- looked at it. closed: since when nobody joins it; merged_no: whose people they are now. captain: the attendee.
ALTER TABLE delegation ADD COLUMN name TEXT;
ALTER TABLE delegation ADD COLUMN by_hand SMALLINT NOT NULL DEFAULT 0 CHECK (by_hand IN (0, 1));
ALTER TABLE delegation ADD COLUMN made BIGINT;
ALTER TABLE delegation ADD COLUMN own SMALLINT NOT NULL DEFAULT 0 CHECK (own IN (0, 1));
ALTER TABLE delegation ADD COLUMN seen BIGINT;
ALTER TABLE delegation ADD COLUMN closed BIGINT;
ALTER TABLE delegation ADD COLUMN merged_no BIGINT;
ALTER TABLE delegation ADD COLUMN captain DB_ID;

UPDATE delegation SET captain = (SELECT MIN(a.id) FROM attendee a WHERE a.event = delegation.event
	AND a.delegation_no = delegation.no AND a.ticket_class = 1 AND a.state = 'active');

-- Whom they asked to join, until the captain says yes: not of the delegation yet.
ALTER TABLE attendee ADD COLUMN asked_no BIGINT;
CREATE INDEX attendee_asked ON attendee (event, asked_no) WHERE asked_no IS NOT NULL;
