-- What was there before the table `seen` was; nothing once it has rows.
INSERT INTO seen
SELECT
    toDate(ts) AS day,
    concat(arrayStringConcat(arrayReverse(splitByChar('.', name)), '.'), '.') AS name,
    member,
    minState(toUInt32(ts)) AS first,
    maxState(toUInt32(ts)) AS last,
    sumState(toUInt64(1)) AS hits
FROM dns
WHERE (SELECT count() FROM seen) = 0
GROUP BY day, name, member
