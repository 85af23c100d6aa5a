-- Waiting lists: who waits, in which order, and until when a place is held for them.

-- Of an option that is waitlisted. queue: the place in its line, NULL when they left it. offer: until when the place that
-- got free is theirs to confirm; it is counted as taken. NULL: none is offered. The same of a booking, whose queue
-- was there from the first.
ALTER TABLE attendee ADD COLUMN option_queue BIGINT;
ALTER TABLE attendee ADD COLUMN option_offer BIGINT;
ALTER TABLE booking ADD COLUMN offer BIGINT;

CREATE INDEX attendee_waiting ON attendee (event, option_no, option_queue) WHERE option_queue IS NOT NULL;
CREATE INDEX attendee_offered ON attendee (event, option_offer) WHERE option_offer IS NOT NULL;
CREATE INDEX booking_waiting ON booking (event, session_no, queue) WHERE queue IS NOT NULL;
CREATE INDEX booking_offered ON booking (event, offer) WHERE offer IS NOT NULL;
