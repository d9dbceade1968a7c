-- The ledger becomes a log of entries in canonical form (docs/formats/ledger.md): the octets in `body` are what the Merkle
-- tree proves; the other columns repeat some of it, so that it can be found. Rows of the table `verdict` are taken over by
-- ledger_upgrade.c, under the numbers they had.

PRAGMA defer_foreign_keys = ON; -- entries follow, from ledger_upgrade.c

CREATE TABLE entry (
  number     INTEGER PRIMARY KEY,                  -- from 1; leaf number - 1 of the tree
  type       INTEGER NOT NULL CHECK (type BETWEEN 0 AND 255),
  id         BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
  claim      INTEGER,
  kind       INTEGER,
  subject    TEXT,
  author     TEXT    NOT NULL,
  scope      TEXT    NOT NULL,
  from_us    INTEGER NOT NULL,
  until_us   INTEGER NOT NULL,                     -- 0: no end; equal to from_us: a withdrawal, never in force
  supersedes INTEGER REFERENCES entry (number),
  body       BLOB    NOT NULL CHECK (length(body) BETWEEN 2 AND 65535),
  leaf       BLOB    NOT NULL CHECK (length(leaf) = 32)  -- the hash of the body as a leaf of the tree
) STRICT;

CREATE INDEX entry_subject ON entry (subject, number) WHERE subject IS NOT NULL;

-- What people say the resolver is to do (claims block, allow, observe): few among many.
CREATE INDEX entry_directive ON entry (number) WHERE claim IN (0, 1, 3);

-- A verdict is replaced once: of two people who change it at the same time, the second is told.
CREATE UNIQUE INDEX entry_supersedes ON entry (supersedes) WHERE supersedes IS NOT NULL;

-- Numbers follow one another, so a missing row shows, and INSERT OR REPLACE finds nothing to replace.
CREATE TRIGGER entry_in_order BEFORE INSERT ON entry
WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM entry)
BEGIN SELECT raise(ABORT, 'entries are numbered without gaps'); END;

CREATE TRIGGER entry_never_edited BEFORE UPDATE ON entry
BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;

CREATE TRIGGER entry_never_deleted BEFORE DELETE ON entry
BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;

-- Hashes of the tree at levels 8, 16, ..., 256 to a row (tlog-tiles); those of level 0 stand beside the bodies.
CREATE TABLE tile (
  level  INTEGER NOT NULL,
  n      INTEGER NOT NULL,
  hashes BLOB    NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
  PRIMARY KEY (level, n)
) STRICT, WITHOUT ROWID;

-- Every size that was ever signed: a log that is shorter, or has another root at that size, is not ours.
CREATE TABLE checkpoint (
  size    INTEGER PRIMARY KEY,
  made_us INTEGER NOT NULL,
  note    TEXT    NOT NULL
) STRICT;

CREATE TABLE list_now (
  id          INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 65535),
  name        TEXT    NOT NULL UNIQUE,
  path        TEXT    NOT NULL,
  format      TEXT    NOT NULL,
  rank        INTEGER NOT NULL,
  verdict     INTEGER NOT NULL REFERENCES entry (number),
  imported_us INTEGER NOT NULL,
  sha256      TEXT    NOT NULL,
  names       INTEGER NOT NULL,
  skipped     INTEGER NOT NULL,
  enabled     INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  protects    INTEGER NOT NULL DEFAULT 0 CHECK (protects IN (0, 1)),
  observes    INTEGER NOT NULL DEFAULT 0 CHECK (observes IN (0, 1))
) STRICT;
INSERT INTO list_now SELECT id, name, path, format, rank, verdict, imported_us, sha256, names, skipped, enabled, protects, observes FROM list;
-- Numbers that were given stay given.
DELETE FROM sqlite_sequence WHERE name = 'list_now';
INSERT INTO sqlite_sequence SELECT 'list_now', seq FROM sqlite_sequence WHERE name = 'list';
DROP TABLE list;
ALTER TABLE list_now RENAME TO list;
