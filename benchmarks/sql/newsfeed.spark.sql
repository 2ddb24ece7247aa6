-- Each reader's newsfeed as Spark says it, under the usual policy: every reason of every post, then two windows.
WITH visible AS (
    SELECT follower_id, followee_id
    FROM follows LEFT ANTI JOIN hides ON user_id = follower_id AND hidden_id = followee_id
),
reasons AS (
    SELECT author_id AS reader_id, post_id, author_id, CAST(NULL AS BIGINT) AS reposter_id, posted_at AS entered_at
    FROM standing_posts
    UNION ALL
    SELECT follower_id, post_id, author_id, NULL, posted_at
    FROM standing_posts JOIN visible ON followee_id = author_id
    WHERE reply_to_post_id IS NULL OR parent_author_id IN (author_id, follower_id)
    UNION ALL
    SELECT to_author.follower_id, post_id, author_id, NULL, posted_at
    FROM standing_posts
    JOIN visible AS to_author ON to_author.followee_id = author_id
    LEFT SEMI JOIN follows AS to_parent
        ON to_parent.follower_id = to_author.follower_id AND to_parent.followee_id = parent_author_id
    WHERE parent_author_id <> author_id
    UNION ALL
    SELECT follower_id, post.post_id, author_id, reposter_id, reposted_at
    FROM reposts
    JOIN standing_posts AS post ON post.post_id = reposts.post_id
    JOIN visible ON followee_id = reposter_id
    LEFT ANTI JOIN hides ON user_id = follower_id AND hidden_id = author_id
),
entries AS (
    SELECT * FROM (
        SELECT *, row_number() OVER (
            PARTITION BY reader_id, post_id ORDER BY entered_at, reposter_id NULLS FIRST
        ) AS reason
        FROM reasons
    )
    WHERE reason = 1
)
SELECT reader_id, position, post_id, author_id, reposter_id, entered_at
FROM (
    SELECT *, row_number() OVER (PARTITION BY reader_id ORDER BY entered_at DESC, post_id DESC) AS position
    FROM entries
)
WHERE position <= $cap
