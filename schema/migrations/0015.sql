-- What a list may know deleted people by: keyed hashes under the event's secret, which is replaced when the people have become
-- counts. A row of a list that is one of them isn't taken in again unless somebody says so. listed: it stands in the list
-- beside the keys.
CREATE TABLE forgotten (
	event DB_BYTES NOT NULL REFERENCES event,
	hash DB_BYTES NOT NULL CHECK (length(hash) = 16),
	listed SMALLINT NOT NULL DEFAULT 0 CHECK (listed IN (0, 1)),
	PRIMARY KEY (event, hash)
);
CREATE INDEX forgotten_unlisted ON forgotten (event) WHERE listed = 0;
