-- What happened on each UTC date, retracted later or not.
SELECT
    event_time::DATE AS date, count(DISTINCT actor_id) AS active_users, count(*) AS events,
    count(*) FILTER (event_type = 'registered') AS registered,
    count(*) FILTER (event_type = 'posted') AS posted,
    count(*) FILTER (event_type = 'reposted') AS reposted,
    count(*) FILTER (event_type = 'liked') AS liked,
    count(*) FILTER (event_type = 'followed') AS followed
FROM events
GROUP BY ALL
