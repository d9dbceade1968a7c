-- Proofs of members' networks and names by mail: who was asked, and what came of it. The word that proves is only in the mail.

CREATE TABLE member_mail (
  member      TEXT    NOT NULL,
  kind        INTEGER NOT NULL,
  value       TEXT    NOT NULL,
  mail        TEXT    NOT NULL,          -- who was asked
  name        TEXT    NOT NULL,
  language    TEXT    NOT NULL CHECK (language IN ('ja', 'en')),
  asked_by    TEXT    NOT NULL,
  made_us     INTEGER NOT NULL,
  until_us    INTEGER NOT NULL,          -- the answer must come before
  word_sha256 BLOB    NOT NULL,          -- empty: not written yet, used, or too often guessed at
  wrong       INTEGER NOT NULL,          -- guesses
  answer      INTEGER NOT NULL CHECK (answer IN (0, 1, 2)), -- none yet, yes, no
  answered_us INTEGER NOT NULL,          -- 0: not yet
  proved_us   INTEGER NOT NULL,          -- when an answer last proved the claim; 0: never
  PRIMARY KEY (member, kind, value)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX member_mail_word ON member_mail (word_sha256) WHERE length(word_sha256) > 0;
CREATE INDEX member_mail_proved ON member_mail (proved_us) WHERE proved_us > 0;

-- They go the way of all mails.
ALTER TABLE notice_delivery ADD COLUMN purpose INTEGER NOT NULL DEFAULT 0 CHECK (purpose IN (0, 1)); -- notices, a proof
ALTER TABLE notice_delivery ADD COLUMN about TEXT NOT NULL DEFAULT '';                               -- of a proof: the network or name
CREATE INDEX notice_delivery_proof ON notice_delivery (member, made_us) WHERE purpose = 1;
