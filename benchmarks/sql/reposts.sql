-- The reposts that stand: the last event of each user and post decides, the user is active and the post stands.
SELECT last.reposter_id, last.post_id, last.reposted_at
FROM (
    SELECT actor_id AS reposter_id, post_id, event_time AS reposted_at, event_type
    FROM events
    WHERE event_type IN ('reposted', 'repost_undone')
    QUALIFY row_number() OVER (
        PARTITION BY actor_id, post_id ORDER BY event_time DESC, event_id DESC
    ) = 1
) AS last
SEMI JOIN standing_posts ON standing_posts.post_id = last.post_id
WHERE last.event_type = 'reposted' AND last.reposter_id NOT IN (SELECT user_id FROM inactive)
