-- Who may sign in to the API, who is signed in, and the keys of machines. Secrets stand here as digests only, but for those of codes by
-- time (RFC 6238), which must be known to be checked.

CREATE TABLE account (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,      -- never used again: old entries of the ledger name them
  name      TEXT    NOT NULL COLLATE NOCASE UNIQUE,
  role      INTEGER NOT NULL,
  member    TEXT    NOT NULL,                       -- empty: of the centre
  password  TEXT    NOT NULL,                       -- argon2id, in its own form
  code_key  BLOB    NOT NULL,                       -- empty: no codes by time
  code_step INTEGER NOT NULL,                       -- of the last code that was used: none counts twice
  failures  INTEGER NOT NULL,                       -- since the last success
  locked_us INTEGER NOT NULL,                       -- until when it is kept out; 0: it is not
  disabled  INTEGER NOT NULL CHECK (disabled IN (0, 1)),
  made_us   INTEGER NOT NULL,
  seen_us   INTEGER NOT NULL                        -- of the last sign-in; 0: never
) STRICT;

CREATE TABLE session (
  digest   BLOB    PRIMARY KEY,                     -- of the word in the cookie
  account  INTEGER NOT NULL REFERENCES account (id),
  made_us  INTEGER NOT NULL,
  seen_us  INTEGER NOT NULL,
  until_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_account ON session (account);

CREATE TABLE api_token (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  digest   BLOB    NOT NULL UNIQUE,
  account  INTEGER NOT NULL REFERENCES account (id),  -- it may do what the account may, and not more
  label    TEXT    NOT NULL,
  scope    INTEGER NOT NULL,                        -- bits of permissions
  made_us  INTEGER NOT NULL,
  used_us  INTEGER NOT NULL,                        -- to the minute; 0: never
  until_us INTEGER NOT NULL
) STRICT;
CREATE INDEX api_token_account ON api_token (account);

-- Words that let somebody make an account, once: the first one of a node, and those who are invited.
CREATE TABLE invitation (
  digest   BLOB    PRIMARY KEY,
  role     INTEGER NOT NULL,
  member   TEXT    NOT NULL,
  made_us  INTEGER NOT NULL,
  until_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who read and changed what: entries of type 2, few among many.
CREATE INDEX entry_audit ON entry (number) WHERE type = 2;
