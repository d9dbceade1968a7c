-- The file of exchanged objects (docs/formats/exchange.md). Never edited once released: a change is a new file.

-- `place` orders objects by collection and date_added: number of the collection * 2^52 + microseconds since 2020-01-01 UTC. As the
-- row's own key it keeps the objects of a page beside each other, and gives a moment to one object of a collection only.
CREATE TABLE object (
  place    INTEGER PRIMARY KEY,
  id_key   INTEGER NOT NULL,  -- 48 bits of SipHash-1-3 of collection and id: short, in no order that a sender chooses
  type_key INTEGER NOT NULL,  -- the same of collection and type
  version  INTEGER NOT NULL,  -- microseconds since 1970; 0: the object has neither "modified" nor "created"
  flags    INTEGER NOT NULL,  -- 1: first version of its id in the collection, 2: last
  spec     TEXT    NOT NULL,
  id       TEXT    NOT NULL,
  octets   BLOB    NOT NULL   -- as received or made; last, so that what is skipped is not read
) STRICT;

-- Both end with place, as every index does. Identifiers are random, so each object of a batch touches a page of its own in the
-- first: what an entry has less is what a batch writes less.
CREATE INDEX object_id ON object (id_key);
CREATE INDEX object_type ON object (type_key);

CREATE TABLE collection (
  number        INTEGER PRIMARY KEY AUTOINCREMENT CHECK (number BETWEEN 1 AND 2047),
  id            TEXT    NOT NULL UNIQUE,
  name          TEXT    NOT NULL UNIQUE,
  title         TEXT    NOT NULL,
  objects       INTEGER NOT NULL DEFAULT 0,
  octets        INTEGER NOT NULL DEFAULT 0,
  last_added_us INTEGER NOT NULL DEFAULT 0,
  objects_max   INTEGER NOT NULL,
  octets_max    INTEGER NOT NULL
) STRICT;

-- What was given to whom, by minute.
CREATE TABLE delivery (
  minute_us  INTEGER NOT NULL,
  recipient  TEXT    NOT NULL,
  collection INTEGER NOT NULL,
  objects    INTEGER NOT NULL,
  first_us   INTEGER NOT NULL,
  last_us    INTEGER NOT NULL,
  PRIMARY KEY (minute_us, recipient, collection)
) STRICT, WITHOUT ROWID;

CREATE TABLE secret (
  hash_key BLOB NOT NULL CHECK (length(hash_key) = 16) -- of id_key and type_key
) STRICT;
