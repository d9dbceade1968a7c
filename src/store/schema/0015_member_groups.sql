-- What makes a member's networks a group of clients: a number for it, groups of members, lists, and proofs that are looked up.

-- Answers and rules know a member by its number (0: none yet). A number is not given again until all others were: what is on its way may
-- still have it.
ALTER TABLE member ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
UPDATE member SET number = n FROM (SELECT name AS k, row_number() OVER (ORDER BY name) AS n FROM member) WHERE name = k;
CREATE UNIQUE INDEX member_number ON member (number);
CREATE TABLE member_next_number (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL) STRICT;
INSERT INTO member_next_number SELECT 1, count(*) + 1 FROM member;

-- With what decides between two members that have the same network, so that all of them are read from the index alone.
DROP INDEX member_claim_network;
CREATE INDEX member_claim_network ON member_claim (bits, start, proof, proved_us, member) WHERE kind = 0;

-- "hospitals", "small firms": groups of members, whose lists all of them inherit.
CREATE TABLE member_group (
  member TEXT    NOT NULL REFERENCES member (name),
  place  INTEGER NOT NULL,
  name   TEXT    NOT NULL,
  PRIMARY KEY (member, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_group_name ON member_group (name);

-- Lists of a member or of a group of members, in the order in which they are asked; `without`: one that is not inherited.
CREATE TABLE member_list (
  kind    INTEGER NOT NULL CHECK (kind IN (0, 1)),    -- 0: of a member, 1: of a group of members
  owner   TEXT    NOT NULL,
  place   INTEGER NOT NULL,
  list    TEXT    NOT NULL,
  without INTEGER NOT NULL CHECK (without IN (0, 1)),
  PRIMARY KEY (kind, owner, place)
) STRICT, WITHOUT ROWID;

-- Challenges for a proof by DNS, and what came of looking: the word itself is only in the owner's zone.
CREATE TABLE member_challenge (
  member        TEXT    NOT NULL,
  kind          INTEGER NOT NULL,
  value         TEXT    NOT NULL,
  word_sha256   BLOB    NOT NULL,
  made_us       INTEGER NOT NULL,
  until_us      INTEGER NOT NULL,    -- a first proof must be found before
  checked_us    INTEGER NOT NULL,    -- 0: never
  outcome       INTEGER NOT NULL,    -- of that look: enum member_look
  secure        INTEGER NOT NULL CHECK (secure IN (0, 1)),    -- the answer was validated by DNSSEC
  answer_sha256 BLOB    NOT NULL,    -- of the answer's TXT data; empty: there was none
  failing_us    INTEGER NOT NULL,    -- of a claim that was proved: not found since; 0: it was found
  PRIMARY KEY (member, kind, value)
) STRICT, WITHOUT ROWID;
