-- Webhooks of members: where a member's machines are told, and what signs it.

CREATE TABLE member_webhook (
  member  TEXT    PRIMARY KEY REFERENCES member (name),
  url     TEXT    NOT NULL,
  secret  TEXT    NOT NULL,              -- given to the member once, and only used to sign
  made_us INTEGER NOT NULL,
  made_by TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- Their deliveries have the URL's origin in the place of an address.
CREATE INDEX notice_delivery_due_webhook ON notice_delivery (due_us) WHERE state = 0 AND channel = 1 AND mail <> '';
CREATE INDEX notice_delivery_webhook ON notice_delivery (member, id) WHERE channel = 1 AND mail <> '';
