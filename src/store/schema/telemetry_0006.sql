-- What was there before the table `seen` was; nothing once it has rows.
INSERT INTO seen (day, name, member, top2, top3, first, last, hits)
SELECT
    day,
    concat(arrayStringConcat(labels, '.'), '.') AS name,
    member,
    concat(arrayStringConcat(arraySlice(labels, 1, 2), '.'), '.') AS top2,
    concat(arrayStringConcat(arraySlice(labels, 1, 3), '.'), '.') AS top3,
    minState(first_s) AS first,
    maxState(last_s) AS last,
    sumState(answers) AS hits
FROM
(
    SELECT
        toDate(ts) AS day,
        arrayReverse(splitByChar('.', name)) AS labels,
        member,
        min(toUInt32(ts)) AS first_s,
        max(toUInt32(ts)) AS last_s,
        count() AS answers
    FROM dns
    WHERE (SELECT count() FROM seen) = 0
    GROUP BY day, name, member
)
GROUP BY day, name, member, top2, top3
