-- Who follows whom: the last event of each pair decides, and neither is deactivated.
SELECT follower_id, followee_id, since
FROM (
    SELECT actor_id AS follower_id, followee_id, event_time AS since, event_type
    FROM events
    WHERE event_type IN ('followed', 'unfollowed') AND actor_id <> followee_id
    QUALIFY row_number() OVER (
        PARTITION BY actor_id, followee_id ORDER BY event_time DESC, event_id DESC
    ) = 1
)
WHERE event_type = 'followed'
    AND follower_id NOT IN (SELECT user_id FROM inactive)
    AND followee_id NOT IN (SELECT user_id FROM inactive)
