-- Spare tickets are made a sheet at a time. The tickets of a sheet are the attendees that hold the numbers from
-- first_holder on; what is printed on them is counted through the event, from first_no on.
CREATE TABLE spare_sheet (
	event DB_BYTES NOT NULL REFERENCES event,
	ref TEXT NOT NULL,
	region_no BIGINT NOT NULL,
	first_no BIGINT NOT NULL,
	first_holder BIGINT NOT NULL,
	n BIGINT NOT NULL CHECK (n > 0),
	made BIGINT NOT NULL,
	PRIMARY KEY (event, ref),
	UNIQUE (event, first_no)
) DB_CLUSTERED;
