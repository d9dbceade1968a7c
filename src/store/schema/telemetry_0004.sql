-- Which names were asked for on a day, by which member: labels from the top down with a dot behind each ("com.example.www."), so that a
-- name and all below it are one range; with its first two and three labels by themselves. For looking back: docs/formats/telemetry.md.
CREATE TABLE IF NOT EXISTS seen
(
    day    Date,
    name   String,
    member String,
    top2   String,
    top3   String,
    first  AggregateFunction(min, UInt32),
    last   AggregateFunction(max, UInt32),
    hits   AggregateFunction(sum, UInt64)
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMMDD(day)
ORDER BY (name, member, top2, top3)
