-- With what indicators were reckoned last, so that those that others would come of are found after a new start too.

-- The weight of each source's word. Beside the table `source`, which can be reckoned anew from the entries.
CREATE TABLE weighed (
  kind   INTEGER NOT NULL,
  name   TEXT    NOT NULL,
  weight INTEGER NOT NULL,
  PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;

-- A hash of the rules for all.
CREATE TABLE reckoned (
  one   INTEGER PRIMARY KEY CHECK (one = 1),
  rules BLOB NOT NULL CHECK (length(rules) = 32)
) STRICT;
