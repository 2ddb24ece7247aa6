-- Everyone who ever acted, with the names last given.
WITH actors AS (
    SELECT actor_id AS user_id, max(event_time) AS last_active_at FROM events GROUP BY ALL
),
names AS (
    SELECT
        actor_id AS user_id,
        arg_max(username, (event_time, event_id)) FILTER (username IS NOT NULL) AS username,
        arg_max(first_name, (event_time, event_id)) FILTER (first_name IS NOT NULL) AS first_name,
        arg_max(last_name, (event_time, event_id)) FILTER (last_name IS NOT NULL) AS last_name,
        arg_max(bio, (event_time, event_id)) FILTER (bio IS NOT NULL) AS bio,
        min(event_time) FILTER (event_type = 'registered') AS joined_at
    FROM events
    WHERE event_type IN ('registered', 'profile_changed')
    GROUP BY ALL
)
SELECT
    actors.user_id, username, first_name, last_name, bio,
    inactive.user_id IS NULL AS is_active, joined_at, last_active_at
FROM actors
LEFT JOIN names ON names.user_id = actors.user_id
LEFT JOIN inactive ON inactive.user_id = actors.user_id
