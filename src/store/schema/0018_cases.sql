-- Cases: people's work on something, with the subjects, members, people and links of each, and notes that are only ever added. What is known
-- of a subject is not here: it is looked up. Not entries of the ledger; who changed and read what is (entries of type 2).

CREATE TABLE case_file (
  number     INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again: verdicts and entries of the ledger name it
  title      TEXT    NOT NULL,
  state      INTEGER NOT NULL,
  outcome    INTEGER NOT NULL,                   -- of one that is closed
  severity   INTEGER NOT NULL,
  tlp        INTEGER NOT NULL,
  owner      TEXT    NOT NULL,                   -- name of an account; empty: nobody
  made_by    TEXT    NOT NULL,
  restricted INTEGER NOT NULL CHECK (restricted IN (0, 1)),
  shared     INTEGER NOT NULL CHECK (shared IN (0, 1)),
  made_us    INTEGER NOT NULL,
  changed_us INTEGER NOT NULL,
  closed_us  INTEGER NOT NULL,                   -- 0: not yet
  version    INTEGER NOT NULL                    -- counts changes
) STRICT;
CREATE INDEX case_file_state ON case_file (state, number);
CREATE INDEX case_file_owner ON case_file (owner, number);

CREATE TABLE case_subject (
  number  INTEGER NOT NULL REFERENCES case_file (number),
  kind    INTEGER NOT NULL,
  value   TEXT    NOT NULL,
  note    TEXT    NOT NULL,
  made_by TEXT    NOT NULL,
  made_us INTEGER NOT NULL,
  PRIMARY KEY (number, kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX case_subject_value ON case_subject (value, kind);

CREATE TABLE case_member (
  number INTEGER NOT NULL REFERENCES case_file (number),
  member TEXT    NOT NULL,
  PRIMARY KEY (number, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX case_member_member ON case_member (member, number);

-- Accounts that are admitted to it: by number, which is never another's.
CREATE TABLE case_person (
  number  INTEGER NOT NULL REFERENCES case_file (number),
  account INTEGER NOT NULL,
  name    TEXT    NOT NULL,
  writes  INTEGER NOT NULL CHECK (writes IN (0, 1)),
  PRIMARY KEY (number, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX case_person_account ON case_person (account, number);

CREATE TABLE case_link (
  number    INTEGER NOT NULL REFERENCES case_file (number),
  kind      INTEGER NOT NULL,                    -- verdict, notice, report
  reference INTEGER NOT NULL,                    -- its number
  made_by   TEXT    NOT NULL,
  made_us   INTEGER NOT NULL,
  PRIMARY KEY (number, kind, reference)
) STRICT, WITHOUT ROWID;

-- Texts of people, and what was changed by whom: never edited, never removed.
CREATE TABLE case_note (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  number   INTEGER NOT NULL REFERENCES case_file (number),
  field    TEXT    NOT NULL,                     -- of a change: what was changed; empty: a text
  internal INTEGER NOT NULL CHECK (internal IN (0, 1)), -- not for members
  made_by  TEXT    NOT NULL,
  made_us  INTEGER NOT NULL,
  old      TEXT    NOT NULL,                     -- of a change: as it was
  text     TEXT    NOT NULL                      -- or as it is now
) STRICT;
CREATE INDEX case_note_number ON case_note (number, id);
CREATE TRIGGER case_note_stays BEFORE UPDATE ON case_note BEGIN SELECT raise(ABORT, 'notes are not edited'); END;
CREATE TRIGGER case_note_remains BEFORE DELETE ON case_note BEGIN SELECT raise(ABORT, 'notes are not removed'); END;
