-- Passive DNS: which data a name had, from when until when, how often it was seen in answers of upstreams. The engine folds equal
-- rows of a day into one when it merges; a question folds the rest. Days so that old ones can be dropped whole.
CREATE TABLE IF NOT EXISTS pdns
(
    day     Date,
    name    String,
    type    UInt16,
    data    String,
    first   AggregateFunction(min, UInt32),
    last    AggregateFunction(max, UInt32),
    ttl     AggregateFunction(max, UInt32),
    verdict AggregateFunction(max, UInt32),
    seen    AggregateFunction(sum, UInt64)
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMMDD(day)
ORDER BY (name, type, data)
