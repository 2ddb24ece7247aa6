-- The likes that stand: the last event of each user and post decides, the user is active and the post stands.
SELECT last.liker_id, last.post_id, last.liked_at
FROM (
    SELECT actor_id AS liker_id, post_id, event_time AS liked_at, event_type
    FROM events
    WHERE event_type IN ('liked', 'unliked')
    QUALIFY row_number() OVER (
        PARTITION BY actor_id, post_id ORDER BY event_time DESC, event_id DESC
    ) = 1
) AS last
SEMI JOIN standing_posts ON standing_posts.post_id = last.post_id
WHERE last.event_type = 'liked' AND last.liker_id NOT IN (SELECT user_id FROM inactive)
