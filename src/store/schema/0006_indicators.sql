-- What is believed of each subject, as the fold of the ledger gave it: kept so that it can be found, and reckoned again at any time.
-- The number of an indicator is that of the first entry about its subject: the index entry_subject leads from value to number.

CREATE TABLE indicator (
  id           INTEGER PRIMARY KEY REFERENCES entry (number),
  kind         INTEGER NOT NULL,
  value        TEXT    NOT NULL,
  claim        INTEGER NOT NULL,
  state        INTEGER NOT NULL,
  decision     INTEGER NOT NULL,
  probability  INTEGER NOT NULL,                   -- per mille
  conflict     INTEGER NOT NULL CHECK (conflict IN (0, 1)),
  guards       INTEGER NOT NULL,
  tlp          INTEGER NOT NULL,
  pap          INTEGER NOT NULL,
  verdict      INTEGER NOT NULL,
  verdicts     INTEGER NOT NULL,
  sources      INTEGER NOT NULL,
  level_probability INTEGER NOT NULL,              -- per mille, by what was said at the level of tlp and below
  sightings    INTEGER NOT NULL,
  seen_members INTEGER NOT NULL,
  seen_us      INTEGER NOT NULL,                   -- 0: never
  false_blocks INTEGER NOT NULL,
  first_us     INTEGER NOT NULL,
  last_us      INTEGER NOT NULL,
  changed_us   INTEGER NOT NULL,
  next_us      INTEGER NOT NULL
) STRICT;

-- The review queue, and what is to be reckoned again.
CREATE INDEX indicator_ask ON indicator (id) WHERE decision = 2;
CREATE INDEX indicator_due ON indicator (next_us) WHERE next_us < 9223372036854775807;

-- How far of the ledger the indicators go.
CREATE TABLE folded (
  one    INTEGER PRIMARY KEY CHECK (one = 1),
  number INTEGER NOT NULL
) STRICT;
INSERT INTO folded VALUES (1, 0);

-- Where and when indicators were met, by hour and by the member's name (empty: the node's own clients).
CREATE TABLE sighting (
  indicator INTEGER NOT NULL,
  hour      INTEGER NOT NULL,                      -- since 1970
  member    TEXT    NOT NULL,
  count     INTEGER NOT NULL CHECK (count > 0),
  first_us  INTEGER NOT NULL,
  last_us   INTEGER NOT NULL,
  PRIMARY KEY (indicator, hour, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX sighting_hour ON sighting (hour);
-- Who ever met it, so that they need not be counted over all hours.
CREATE TABLE sighting_member (
  indicator INTEGER NOT NULL,
  member    TEXT    NOT NULL,
  PRIMARY KEY (indicator, member)
) STRICT, WITHOUT ROWID;

-- What came of what each source said.
CREATE TABLE source (
  kind      INTEGER NOT NULL,
  name      TEXT    NOT NULL,
  said      INTEGER NOT NULL,                      -- subjects that it spoke against
  first     INTEGER NOT NULL,                      -- of these, those that nobody had named before
  lead_us   INTEGER NOT NULL,                      -- of these, how long until another source named them too, summed
  followed  INTEGER NOT NULL,                      -- of these, how many others named too
  confirmed INTEGER NOT NULL,
  wrong     INTEGER NOT NULL,
  last_us   INTEGER NOT NULL,                      -- when it last said something
  PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;
