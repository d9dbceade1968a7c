-- What was there before the table `seen` was; nothing once it has rows.
INSERT INTO seen (day, name, member, top2, top3, first, last, hits)
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
WHERE (SELECT count() FROM seen) = 0
GROUP BY day, name, member, top2, top3
