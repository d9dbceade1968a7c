-- What members are told: notices with the subjects that they are about, where each is on its way to whom, and campaigns. Not entries of the
-- ledger: they follow from entries and sightings, and leave in time.

CREATE TABLE notice (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  member     TEXT    NOT NULL,
  kind       INTEGER NOT NULL,
  claim      INTEGER NOT NULL,
  urgent     INTEGER NOT NULL CHECK (urgent IN (0, 1)),
  state      INTEGER NOT NULL,
  made_us    INTEGER NOT NULL,
  raised_us  INTEGER NOT NULL,                  -- made, or reopened last
  seen_us    INTEGER NOT NULL,
  told_us    INTEGER NOT NULL,                  -- 0: not yet; the same below
  opened_us  INTEGER NOT NULL,
  acted_us   INTEGER NOT NULL,
  fixed_us   INTEGER NOT NULL,
  wrong_us   INTEGER NOT NULL,
  held_us    INTEGER NOT NULL,
  control    INTEGER NOT NULL CHECK (control IN (0, 1)), -- the lot fell on the control group of its campaign
  reopened   INTEGER NOT NULL,
  uncovered  INTEGER NOT NULL CHECK (uncovered IN (0, 1)),
  coverage   INTEGER NOT NULL,                  -- percent of the last look; -1: not known
  campaign   TEXT    NOT NULL,                  -- empty: of none
  subjects   INTEGER NOT NULL,
  left_out   INTEGER NOT NULL,
  hits       INTEGER NOT NULL,
  acted_by   TEXT    NOT NULL,
  acted_text TEXT    NOT NULL,
  look_us    INTEGER NOT NULL,                  -- when it is looked at next; 9223372036854775807: never
  at_once    INTEGER NOT NULL CHECK (at_once IN (0, 1)), -- is still to be told to those who are told at once
  digest     INTEGER NOT NULL CHECK (digest IN (0, 1))   -- is still to go into the next digest
) STRICT;
CREATE INDEX notice_member ON notice (member, id);
CREATE INDEX notice_state ON notice (state, id);
CREATE INDEX notice_gathering ON notice (member, kind, claim) WHERE digest = 1 AND state IN (0, 1);
CREATE INDEX notice_look ON notice (look_us) WHERE look_us < 9223372036854775807;
CREATE INDEX notice_at_once ON notice (member) WHERE at_once = 1;
CREATE INDEX notice_to_digest ON notice (member) WHERE digest = 1;
CREATE INDEX notice_of_campaign ON notice (campaign, member) WHERE campaign <> '';

-- The subjects of notices. One is in one notice of a member alone: seen again, that one hears of it.
CREATE TABLE notice_subject (
  member    TEXT    NOT NULL,
  kind      INTEGER NOT NULL,
  indicator INTEGER NOT NULL REFERENCES indicator (id),
  notice    INTEGER NOT NULL REFERENCES notice (id),
  hits      INTEGER NOT NULL,
  first_us  INTEGER NOT NULL,
  last_us   INTEGER NOT NULL,
  wrong_us  INTEGER NOT NULL,                   -- what was said of it is wrong; 0: no
  PRIMARY KEY (member, kind, indicator)
) STRICT, WITHOUT ROWID;
CREATE INDEX notice_subject_notice ON notice_subject (notice);
CREATE INDEX notice_subject_indicator ON notice_subject (indicator);

-- A mail to one contact, or a call of the webhook, with the notices that it tells of.
CREATE TABLE notice_delivery (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  member   TEXT    NOT NULL,
  channel  INTEGER NOT NULL CHECK (channel IN (0, 1)), -- mail, webhook
  urgent   INTEGER NOT NULL CHECK (urgent IN (0, 1)),
  mail     TEXT    NOT NULL,
  name     TEXT    NOT NULL,
  language TEXT    NOT NULL,
  state    INTEGER NOT NULL CHECK (state IN (0, 1, 2)), -- waits, taken, given up
  made_us  INTEGER NOT NULL,
  due_us   INTEGER NOT NULL,
  tries    INTEGER NOT NULL,
  done_us  INTEGER NOT NULL,                    -- 0: not yet; the same below
  opened_us INTEGER NOT NULL,
  error    TEXT    NOT NULL
) STRICT;
CREATE INDEX notice_delivery_due ON notice_delivery (due_us) WHERE state = 0;
CREATE INDEX notice_delivery_mail ON notice_delivery (mail, made_us) WHERE urgent = 1;
CREATE INDEX notice_delivery_done ON notice_delivery (made_us) WHERE state <> 0;

CREATE TABLE notice_delivered (
  notice   INTEGER NOT NULL,
  delivery INTEGER NOT NULL,
  PRIMARY KEY (notice, delivery)
) STRICT, WITHOUT ROWID;
CREATE INDEX notice_delivered_delivery ON notice_delivered (delivery);

-- Words of links in mails, as digests: each try to send has one of its own.
CREATE TABLE notice_link (
  digest   BLOB    PRIMARY KEY CHECK (length(digest) = 32),
  delivery INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX notice_link_delivery ON notice_link (delivery);

CREATE TABLE notice_digest (
  one     INTEGER PRIMARY KEY CHECK (one = 1),
  last_us INTEGER NOT NULL                      -- when the last digest was made up
) STRICT;

-- Told to some at first, and to the others at the end: so that it shows whether telling helps.
CREATE TABLE campaign (
  name     TEXT    PRIMARY KEY,
  claims   INTEGER NOT NULL,                    -- set of 1 << number; 0: all
  sectors  TEXT    NOT NULL,                    -- separated by newlines; empty: all
  text_ja  TEXT    NOT NULL,
  text_en  TEXT    NOT NULL,
  percent  INTEGER NOT NULL CHECK (percent BETWEEN 0 AND 50), -- held back
  seed     BLOB    NOT NULL CHECK (length(seed) = 16),
  from_us  INTEGER NOT NULL,
  until_us INTEGER NOT NULL,
  window_us INTEGER NOT NULL,                   -- within which an effect is looked for
  made_by  TEXT    NOT NULL,
  released INTEGER NOT NULL CHECK (released IN (0, 1)) -- it has ended, and those held back were released
) STRICT, WITHOUT ROWID;
