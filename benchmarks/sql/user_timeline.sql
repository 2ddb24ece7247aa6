-- What a user posted, replied and reposted, newest first.
WITH entries AS (
    SELECT
        author_id, post_id, posted_at AS entered_at,
        CASE WHEN reply_to_post_id IS NULL THEN 'post' ELSE 'reply' END AS kind
    FROM standing_posts
    UNION ALL
    SELECT reposter_id, post_id, reposted_at, 'repost' FROM reposts
)
SELECT
    author_id,
    row_number() OVER (
        PARTITION BY author_id ORDER BY entered_at DESC, post_id DESC, kind
    )::INTEGER AS position,
    post_id, kind, entered_at
FROM entries
