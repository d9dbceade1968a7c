-- What was told to whom, what was refused and why; and which indicators the exit gate has yet to look at.

CREATE TABLE recipient (
  id       INTEGER PRIMARY KEY,
  name     TEXT NOT NULL UNIQUE,
  rules    BLOB NOT NULL                           -- a hash of what it may be told: another one, and all is looked at again
) STRICT;

CREATE TABLE shared (
  recipient   INTEGER NOT NULL REFERENCES recipient (id),
  indicator   INTEGER NOT NULL REFERENCES indicator (id),
  outcome     INTEGER NOT NULL,                    -- 0: it passed
  given       INTEGER NOT NULL CHECK (given IN (0, 1)),  -- it is among what the recipient has or may fetch
  decision    INTEGER NOT NULL,                    -- as it was told
  claim       INTEGER NOT NULL,                    -- as it was told last
  told        INTEGER NOT NULL,                    -- a hash of what was told last
  first_us    INTEGER NOT NULL,                    -- when it first passed; 0: never
  modified_us INTEGER NOT NULL,                    -- of the version that was told last; 0: none was
  PRIMARY KEY (recipient, indicator)
) STRICT, WITHOUT ROWID;
CREATE INDEX shared_indicator ON shared (indicator);

-- Filled with the change itself, emptied when the gate has decided: a hub that is killed in between loses nothing.
CREATE TABLE outbox (
  indicator INTEGER PRIMARY KEY
) STRICT;

-- Indicators that became active and are yet to be looked for in what is stored.
CREATE TABLE look_back (
  indicator INTEGER PRIMARY KEY
) STRICT;

-- How far what each member sent has been taken in: date_added of its last object.
CREATE TABLE taken (
  member   TEXT PRIMARY KEY,
  added_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Receipts are entries of type 1; the author is the recipient.
CREATE INDEX entry_receipt ON entry (author, number) WHERE type = 1;

-- The loop clock: when each subject that was ever acted on was first met, named, acted on, told to others. 0: not yet.
CREATE TABLE clock (
  indicator  INTEGER PRIMARY KEY REFERENCES indicator (id),
  seen_us    INTEGER NOT NULL,
  judged_us  INTEGER NOT NULL,
  blocked_us INTEGER NOT NULL,
  shared_us  INTEGER NOT NULL,
  told_us    INTEGER NOT NULL,
  fixed_us   INTEGER NOT NULL
) STRICT;
