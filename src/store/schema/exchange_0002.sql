-- Zones: what each recipient may subscribe as a Response Policy Zone (docs/formats/exchange.md). Never edited once released.

CREATE TABLE zone (
  number    INTEGER PRIMARY KEY AUTOINCREMENT CHECK (number BETWEEN 1 AND 2047),
  recipient TEXT    NOT NULL UNIQUE,
  state     INTEGER NOT NULL DEFAULT 1, -- 0 being emptied, 1 being filled, 2 served
  place     INTEGER NOT NULL DEFAULT 0, -- while it is filled: the last indicator that has been looked at
  serial    INTEGER NOT NULL DEFAULT 0, -- of the last change; its low 32 bits go into the SOA record
  oldest    INTEGER NOT NULL DEFAULT 0, -- the journal tells all that came after this serial
  rules     INTEGER NOT NULL DEFAULT 0, -- rows of zone_rule
  changes   INTEGER NOT NULL DEFAULT 0  -- rows of zone_change
) STRICT;

-- What is in a zone now. `form`: 0 a name, 1 an address or prefix. `kinds`: 1 host (or address, prefix), 2 domain.
CREATE TABLE zone_rule (
  zone  INTEGER NOT NULL,
  form  INTEGER NOT NULL,
  value TEXT    NOT NULL,
  kinds INTEGER NOT NULL,
  PRIMARY KEY (zone, form, value)
) STRICT, WITHOUT ROWID;

-- The journal: which records of a value were there before that serial (`was`) and since (`now`): 1 the name itself, 2 all below it.
CREATE TABLE zone_change (
  zone   INTEGER NOT NULL,
  serial INTEGER NOT NULL,
  form   INTEGER NOT NULL,
  value  TEXT    NOT NULL,
  was    INTEGER NOT NULL,
  now    INTEGER NOT NULL,
  PRIMARY KEY (zone, serial, form, value)
) STRICT, WITHOUT ROWID;

-- A transfer that goes on while the zone changes looks up what it was for the values it is at.
CREATE INDEX zone_change_value ON zone_change (zone, form, value);

-- Transfers that were completed, by minute, until their receipts are in the ledger.
CREATE TABLE zone_delivery (
  minute_us    INTEGER NOT NULL,
  recipient    TEXT    NOT NULL,
  zone         TEXT    NOT NULL, -- its name in the DNS
  records      INTEGER NOT NULL,
  first_serial INTEGER NOT NULL, -- the least that a recipient had before; 0: it took the whole
  last_serial  INTEGER NOT NULL,
  PRIMARY KEY (minute_us, recipient, zone)
) STRICT, WITHOUT ROWID;
