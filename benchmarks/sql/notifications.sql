-- What others did that concerns a user, newest first, the newest $cap of a user.
WITH mentions AS (
    SELECT unnest(list_distinct(mentioned_ids)) AS user_id, author_id, post_id, posted_at, parent_author_id
    FROM standing_posts
    WHERE mentioned_ids IS NOT NULL
),
done AS (
    SELECT
        followee_id AS user_id, 'followed' AS kind, follower_id AS actor_id, NULL::BIGINT AS post_id,
        since AS notified_at
    FROM follows
    UNION ALL
    SELECT parent_author_id, 'replied', author_id, post_id, posted_at
    FROM standing_posts
    WHERE parent_author_id IS NOT NULL
    UNION ALL
    SELECT user_id, 'mentioned', author_id, post_id, posted_at
    FROM mentions
    WHERE user_id IS DISTINCT FROM parent_author_id
    UNION ALL
    SELECT author_id, 'liked', liker_id, post_id, liked_at FROM likes JOIN standing_posts USING (post_id)
    UNION ALL
    SELECT author_id, 'reposted', reposter_id, post_id, reposted_at
    FROM reposts JOIN standing_posts USING (post_id)
)
SELECT
    done.user_id,
    row_number() OVER (
        PARTITION BY done.user_id ORDER BY notified_at DESC, kind, actor_id, post_id DESC
    )::INTEGER AS position,
    kind, actor_id, post_id, notified_at
FROM done
ANTI JOIN hides ON hides.user_id = done.user_id AND hidden_id = actor_id
WHERE done.user_id <> actor_id AND done.user_id NOT IN (SELECT user_id FROM inactive)
QUALIFY position <= $cap
