-- One row for every user who ever acted: the last given names, and counts of standing facts.
WITH in_follows AS (SELECT followee_id AS user_id, count(*) AS followers FROM follows GROUP BY ALL),
out_follows AS (SELECT follower_id AS user_id, count(*) AS followees FROM follows GROUP BY ALL),
written AS (SELECT author_id AS user_id, count(*) AS posts FROM standing_posts GROUP BY ALL),
liked AS (
    SELECT author_id AS user_id, count(*) AS likes_received
    FROM likes JOIN standing_posts USING (post_id)
    GROUP BY ALL
)
SELECT
    user_id, username, first_name, last_name, bio, is_active, joined_at, last_active_at,
    coalesce(followers, 0) AS followers, coalesce(followees, 0) AS followees,
    coalesce(posts, 0) AS posts, coalesce(likes_received, 0) AS likes_received
FROM users
LEFT JOIN in_follows USING (user_id)
LEFT JOIN out_follows USING (user_id)
LEFT JOIN written USING (user_id)
LEFT JOIN liked USING (user_id)
