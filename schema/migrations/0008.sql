-- Which of the event's keys signs new tickets (each ticket says which signed it), and the version at which that last
-- changed: devices that have a list from before it are told the keys.
ALTER TABLE event ADD COLUMN key_no BIGINT NOT NULL DEFAULT 1;
ALTER TABLE event ADD COLUMN key_version BIGINT NOT NULL DEFAULT 0;
