-- Who signs in may prove it by a code of an app as well (RFC 6238). staff.totp_sealed holds its secret; totp_step the
-- last half minute (counted from 1970) of which a code was taken, so that none is taken twice.
ALTER TABLE staff ADD COLUMN totp_step BIGINT NOT NULL DEFAULT 0;

-- Codes on paper, for who has no app at hand, as keyed hashes; each is good once. In this order: SQLite 3.40 finds NULL
-- in a clustered table whose key ends with its last column.
CREATE TABLE staff_recovery (
	staff DB_ID NOT NULL REFERENCES staff,
	code_hash DB_BYTES NOT NULL,
	made BIGINT NOT NULL,
	PRIMARY KEY (staff, code_hash)
) DB_CLUSTERED;
