-- Whom each user is shown nothing of: a block in either direction, or a mute.
WITH blocks AS (
    SELECT user_id, blocked_id
    FROM (
        SELECT actor_id AS user_id, blocked_id, event_type
        FROM events
        WHERE event_type IN ('blocked', 'unblocked') AND actor_id <> blocked_id
        QUALIFY row_number() OVER (
            PARTITION BY actor_id, blocked_id ORDER BY event_time DESC, event_id DESC
        ) = 1
    )
    WHERE event_type = 'blocked'
),
mutes AS (
    SELECT user_id, muted_id
    FROM (
        SELECT actor_id AS user_id, muted_id, event_type
        FROM events
        WHERE event_type IN ('muted', 'unmuted') AND actor_id <> muted_id
        QUALIFY row_number() OVER (
            PARTITION BY actor_id, muted_id ORDER BY event_time DESC, event_id DESC
        ) = 1
    )
    WHERE event_type = 'muted'
)
SELECT user_id, blocked_id AS hidden_id FROM blocks
UNION
SELECT blocked_id, user_id FROM blocks
UNION
SELECT user_id, muted_id FROM mutes
