-- Members answer in a case that is shared with them.
ALTER TABLE case_note ADD COLUMN member TEXT NOT NULL DEFAULT ''; -- whose account wrote it: for the centre and that member; empty: the centre's
CREATE INDEX case_note_member ON case_note (number, member) WHERE member <> '';
