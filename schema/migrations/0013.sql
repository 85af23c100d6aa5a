-- Who was entered by a captain or the staff (1), and who registered themselves (0): a captain changes the former's answers, and
-- sees of the latter's what the form said that they see. Of those before this release nobody can tell: they count as their own.
ALTER TABLE registration ADD COLUMN entered SMALLINT NOT NULL DEFAULT 0;
