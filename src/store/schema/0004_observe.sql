-- Lists that only observe: what they would block is recorded and let through.

ALTER TABLE list ADD COLUMN observes INTEGER NOT NULL DEFAULT 0 CHECK (observes IN (0, 1));
