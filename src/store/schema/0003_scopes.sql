-- For whom a verdict holds: the name of a client group; empty: for everybody.

ALTER TABLE verdict ADD COLUMN scope TEXT NOT NULL DEFAULT '';
