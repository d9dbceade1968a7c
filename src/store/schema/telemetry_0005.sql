-- Fills the table `seen` from every block that comes into `dns`.
CREATE MATERIALIZED VIEW IF NOT EXISTS seen_of_dns TO seen AS
SELECT
    toDate(ts) AS day,
    concat(arrayStringConcat(arrayReverse(splitByChar('.', dns.name)), '.'), '.') AS name,
    member,
    concat(arrayStringConcat(arraySlice(arrayReverse(splitByChar('.', dns.name)), 1, 2), '.'), '.') AS top2,
    concat(arrayStringConcat(arraySlice(arrayReverse(splitByChar('.', dns.name)), 1, 3), '.'), '.') AS top3,
    minState(toUInt32(ts)) AS first,
    maxState(toUInt32(ts)) AS last,
    sumState(toUInt64(1)) AS hits
FROM dns
GROUP BY day, name, member, top2, top3
