-- Who wants to stay informed: the organisation's own list, which belongs to no event and outlives them. email_hash is
-- keyed by the list's own secret, sealed is the address under the list's own key. text_version and text_lang say
-- which words were agreed to; asked and confirmed when. A row that is not confirmed is nobody's yet, and
-- goes after two days. told is when a letter about it was last caused.

CREATE TABLE informed (
	id DB_ID NOT NULL PRIMARY KEY,
	email_hash DB_BYTES NOT NULL UNIQUE,
	sealed DB_BYTES NOT NULL,
	lang TEXT NOT NULL,
	region TEXT NOT NULL,
	source TEXT NOT NULL CHECK (source IN ('form', 'registration')),
	text_version BIGINT NOT NULL,
	text_lang TEXT NOT NULL,
	asked BIGINT NOT NULL,
	told BIGINT NOT NULL,
	confirmed BIGINT
);
CREATE INDEX informed_asked ON informed (asked) WHERE confirmed IS NULL;
