-- Whose client it was, what the rule matched, and a number that pages of the log can go on from. Rows from before read as
-- empty and 0. A server that does not know IF NOT EXISTS here takes the text without it, once (docs/formats/telemetry.md).
ALTER TABLE dns
    ADD COLUMN IF NOT EXISTS member  String,
    ADD COLUMN IF NOT EXISTS group   String,
    ADD COLUMN IF NOT EXISTS trigger UInt8,
    ADD COLUMN IF NOT EXISTS seq     UInt64
