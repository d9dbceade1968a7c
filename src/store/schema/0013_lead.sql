-- How long sources were ahead of others is summed in seconds: years of lead of many subjects in microseconds are more than 64 bits hold.
ALTER TABLE source RENAME COLUMN lead_us TO lead_s;
UPDATE source SET lead_s = lead_s / 1000000;
