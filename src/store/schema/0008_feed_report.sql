-- How often subjects of each source were met here, and what is to be told back to feeds that asked for it.

-- Beside the table `source`, which can be reckoned anew from the entries; this cannot.
CREATE TABLE source_hit (
  kind INTEGER NOT NULL,
  name TEXT    NOT NULL,
  hits INTEGER NOT NULL,
  PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;

-- Numbers are never used again: the identifier of the object that is sent is made from them, so that one that is sent twice counts once.
CREATE TABLE feed_report (
  number   INTEGER PRIMARY KEY AUTOINCREMENT,
  feed     TEXT    NOT NULL,
  what     INTEGER NOT NULL,                       -- 0: it was met; 1: judged wrong; 2: judged right
  ref      TEXT    NOT NULL,                       -- identifier of the feed's object
  hour     INTEGER NOT NULL,
  count    INTEGER NOT NULL CHECK (count > 0),
  first_us INTEGER NOT NULL,
  last_us  INTEGER NOT NULL,
  sealed   INTEGER NOT NULL CHECK (sealed IN (0, 1))  -- it may have been sent: it is not changed any more
) STRICT;
CREATE UNIQUE INDEX feed_report_open ON feed_report (feed, what, ref, hour) WHERE sealed = 0;
CREATE INDEX feed_report_feed ON feed_report (feed, sealed, number);

-- Up to which entry of the ledger was looked for judgements that are to be told back.
CREATE TABLE feed_report_mark (
  feed   TEXT    PRIMARY KEY,
  number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- False positives and confirmations: few among many.
CREATE INDEX entry_appraisal ON entry (number) WHERE claim IN (16, 17);
