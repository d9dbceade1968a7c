-- Fills the table `seen` from every block that comes into `dns`; what is costly is done once for each name of the block.
CREATE MATERIALIZED VIEW IF NOT EXISTS seen_of_dns TO seen AS
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
    GROUP BY day, name, member
)
GROUP BY day, name, member, top2, top3
