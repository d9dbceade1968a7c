-- The ledger: every verdict ever made, in order, chained by hash; and the lists in use.
-- Times are microseconds since 1970-01-01 UTC.

CREATE TABLE verdict (
  id         INTEGER PRIMARY KEY,
  claim      INTEGER NOT NULL CHECK (claim BETWEEN 0 AND 255),
  subject    TEXT    NOT NULL,
  source     TEXT    NOT NULL,
  reason     TEXT    NOT NULL,
  made_us    INTEGER NOT NULL,
  from_us    INTEGER NOT NULL,
  until_us   INTEGER NOT NULL,                     -- 0: no end; equal to from_us: a withdrawal, never in force
  supersedes INTEGER REFERENCES verdict (id),
  hash       BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE INDEX verdict_subject ON verdict (subject, id);

-- A verdict is replaced once: of two people who change it at the same time, the second is told.
CREATE UNIQUE INDEX verdict_supersedes ON verdict (supersedes) WHERE supersedes IS NOT NULL;

-- Numbers follow one another, so a missing row shows, and INSERT OR REPLACE finds nothing to replace.
CREATE TRIGGER verdict_in_order BEFORE INSERT ON verdict
WHEN NEW.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM verdict)
BEGIN SELECT raise(ABORT, 'verdicts are numbered without gaps'); END;

CREATE TRIGGER verdict_never_edited BEFORE UPDATE ON verdict
BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;

CREATE TRIGGER verdict_never_deleted BEFORE DELETE ON verdict
BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;

-- AUTOINCREMENT: the number of a removed list is never given to another one.
CREATE TABLE list (
  id          INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 65535),
  name        TEXT    NOT NULL UNIQUE,
  path        TEXT    NOT NULL,
  format      TEXT    NOT NULL,
  rank        INTEGER NOT NULL,
  verdict     INTEGER NOT NULL REFERENCES verdict (id),
  imported_us INTEGER NOT NULL,
  sha256      TEXT    NOT NULL,
  names       INTEGER NOT NULL,
  skipped     INTEGER NOT NULL,
  enabled     INTEGER NOT NULL CHECK (enabled IN (0, 1))
) STRICT;
