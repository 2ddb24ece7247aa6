-- What a user posted, replied and reposted, newest first.
SELECT
    author_id, post_id,
    CASE WHEN reply_to_post_id IS NULL THEN 'post' ELSE 'reply' END AS kind,
    posted_at AS entered_at
FROM standing_posts
UNION ALL
SELECT reposter_id, post_id, 'repost', reposted_at FROM reposts
ORDER BY author_id, entered_at DESC, post_id DESC, kind
