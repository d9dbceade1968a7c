-- Who is protected: organisations with their networks, names and contacts.

CREATE TABLE member (
  name       TEXT    PRIMARY KEY,                   -- as groups of the configuration and recorded answers name it
  title      TEXT    NOT NULL,                      -- of the organisation, as people write it
  sector     TEXT    NOT NULL,
  prefecture INTEGER NOT NULL CHECK (prefecture BETWEEN 0 AND 47),  -- JIS X 0401; 0: none, or elsewhere
  note       TEXT    NOT NULL,
  changed_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Networks and names, with what shows that they are the member's.
CREATE TABLE member_claim (
  member    TEXT    NOT NULL REFERENCES member (name),
  kind      INTEGER NOT NULL CHECK (kind IN (0, 1)),    -- 0: network, 1: name
  value     TEXT    NOT NULL,                           -- canonical
  start     BLOB    NOT NULL,                           -- of a network: its first address; else empty
  bits      INTEGER NOT NULL,
  proof     INTEGER NOT NULL,                           -- 0: none yet, 1: paper, 2: mail, 3: DNS
  reference TEXT    NOT NULL,                           -- of the paper, the mail, the record
  proved_us INTEGER NOT NULL,
  PRIMARY KEY (member, kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_claim_name ON member_claim (value) WHERE kind = 1;
CREATE INDEX member_claim_network ON member_claim (bits, start) WHERE kind = 0;

CREATE TABLE member_contact (
  member   TEXT    NOT NULL REFERENCES member (name),
  number   INTEGER NOT NULL,
  name     TEXT    NOT NULL,
  mail     TEXT    NOT NULL,
  language TEXT    NOT NULL CHECK (language IN ('ja', 'en')),
  urgent   INTEGER NOT NULL CHECK (urgent IN (0, 1)),   -- is also told at once, at any hour
  PRIMARY KEY (member, number)
) STRICT, WITHOUT ROWID;
