-- What people agreed to, word for word, by the number that stands in consent.text_version. Until now that was the event's edition,
-- and the texts are those of the releases before this one.
CREATE TABLE consent_text (
	kind SMALLINT NOT NULL,
	lang TEXT NOT NULL,
	version BIGINT NOT NULL,
	since BIGINT NOT NULL,
	words TEXT NOT NULL,
	PRIMARY KEY (kind, lang, version)
) DB_CLUSTERED;
