-- Reports of people that a block is wrong, and what became of them. Not entries of the ledger: they hold what people wrote of themselves and
-- leave in time; the verdicts that come of them are entries and stay.

CREATE TABLE report (
  number     INTEGER PRIMARY KEY AUTOINCREMENT,
  reference  TEXT    NOT NULL UNIQUE,               -- chance, which the reporter keeps: who has it may see the state
  name       TEXT    NOT NULL,                      -- canonical, of the subject that a rule could be about
  given      TEXT    NOT NULL,                      -- as it was written
  text       TEXT    NOT NULL,
  contact    TEXT    NOT NULL,
  language   TEXT    NOT NULL,
  member     TEXT    NOT NULL,                      -- empty: of nobody known
  address    BLOB    NOT NULL,                      -- as observations keep it: whole, cut or a pseudonym
  cause      TEXT    NOT NULL,                      -- the list that blocked it then; empty: nothing did
  verdict    INTEGER NOT NULL,                      -- that was cited; 0: none
  line       INTEGER NOT NULL,                      -- of the list
  made_us    INTEGER NOT NULL,
  state      INTEGER NOT NULL CHECK (state IN (0, 1, 2)),  -- open, released, refused
  reason     TEXT    NOT NULL,
  decided_by TEXT    NOT NULL,
  decided_us INTEGER NOT NULL                       -- 0: not yet
) STRICT;
CREATE INDEX report_state ON report (state, number);
CREATE INDEX report_member ON report (member, number);
CREATE INDEX report_name ON report (name, state);
CREATE INDEX report_address ON report (address, made_us);
CREATE INDEX report_decided ON report (state, decided_us);
