-- One row per DNS answer given. The same text runs in the embedded engine and on an old cluster (docs/formats/telemetry.md),
-- so it keeps to the oldest types; compression and merge settings belong to the server's configuration.
CREATE TABLE IF NOT EXISTS dns
(
    ts         DateTime,
    us         UInt32,
    client     FixedString(16),
    transport  UInt8,
    name       String,
    qtype      UInt16,
    rcode      UInt8,
    action     UInt8,
    verdict    UInt32,
    line       UInt32,
    list       UInt16,
    latency_us UInt32,
    cached     UInt8
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(ts)
ORDER BY (toStartOfHour(ts), name, ts)
