-- Each reader's newsfeed: every reason of every post, the earliest kept, the newest $cap of a reader.
-- Only posts that somebody reposted can have two reasons with one reader, so only they are compared. What is hidden
-- is taken out of the follows, before they multiply.
WITH post AS NOT MATERIALIZED (
    SELECT * EXCLUDE (text), post_id IN (SELECT post_id FROM reposts) AS reposted FROM standing_posts
),
visible AS NOT MATERIALIZED (
    SELECT follower_id, followee_id
    FROM follows ANTI JOIN hides ON user_id = follower_id AND hidden_id = followee_id
),
direct AS NOT MATERIALIZED (
    SELECT author_id AS reader_id, post_id, author_id, NULL::BIGINT AS reposter_id, posted_at AS entered_at,
        reposted
    FROM post
    WHERE $own_posts
    UNION ALL
    SELECT follower_id, post_id, author_id, NULL, posted_at, reposted
    FROM post JOIN visible ON followee_id = author_id
    WHERE reply_to_post_id IS NULL OR '$replies' = 'all'
        OR ('$replies' = 'followed' AND parent_author_id IN (author_id, follower_id))
    UNION ALL
    SELECT to_author.follower_id, post_id, author_id, NULL, posted_at, reposted
    FROM post
    JOIN visible AS to_author ON to_author.followee_id = author_id
    SEMI JOIN follows AS to_parent
        ON to_parent.follower_id = to_author.follower_id AND to_parent.followee_id = parent_author_id
    WHERE '$replies' = 'followed' AND parent_author_id <> author_id
),
contested AS (
    SELECT * EXCLUDE (reposted) FROM direct WHERE reposted
    UNION ALL
    SELECT follower_id, post_id, author_id, reposter_id, reposted_at
    FROM reposts
    JOIN standing_posts USING (post_id)
    JOIN visible ON followee_id = reposter_id
    ANTI JOIN hides ON user_id = follower_id AND hidden_id = author_id
),
entries AS (
    SELECT * EXCLUDE (reposted) FROM direct WHERE NOT reposted
    UNION ALL
    SELECT * FROM contested
    QUALIFY row_number() OVER (
        PARTITION BY reader_id, post_id ORDER BY entered_at, reposter_id NULLS FIRST
    ) = 1
)
SELECT
    reader_id,
    row_number() OVER (PARTITION BY reader_id ORDER BY entered_at DESC, post_id DESC)::INTEGER AS position,
    post_id, author_id, reposter_id, entered_at
FROM entries
QUALIFY position <= $cap
