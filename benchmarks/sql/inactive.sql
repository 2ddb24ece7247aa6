-- The deactivated users: the last of such events of each user decides.
SELECT user_id
FROM (
    SELECT actor_id AS user_id, event_type
    FROM events
    WHERE event_type IN ('deactivated', 'reactivated')
    QUALIFY row_number() OVER (PARTITION BY actor_id ORDER BY event_time DESC, event_id DESC) = 1
)
WHERE event_type = 'deactivated'
