-- Lists whose names no other list may block; and editions that are held back until somebody accepts or discards them.

ALTER TABLE list ADD COLUMN protects INTEGER NOT NULL DEFAULT 0 CHECK (protects IN (0, 1));

-- At most one for each list. A discarded one keeps its hash, so that the same content is not held again.
CREATE TABLE list_held (
  name      TEXT    PRIMARY KEY,
  path      TEXT    NOT NULL,
  format    TEXT    NOT NULL,
  sha256    TEXT    NOT NULL,
  names     INTEGER NOT NULL,
  skipped   INTEGER NOT NULL,
  old_names INTEGER NOT NULL,
  since_us  INTEGER NOT NULL,
  source    TEXT    NOT NULL,
  reason    TEXT    NOT NULL,
  discarded INTEGER NOT NULL CHECK (discarded IN (0, 1))
) STRICT;
