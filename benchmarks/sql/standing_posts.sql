-- The posts that stand, each with its parent's author: the first posted of an id, not deleted by its author.
WITH firsts AS MATERIALIZED (
    SELECT post_id, actor_id AS author_id, text, language, reply_to_post_id, event_time AS posted_at
    FROM events
    WHERE event_type = 'posted'
    QUALIFY row_number() OVER (PARTITION BY post_id ORDER BY event_time, event_id) = 1
),
deleted AS (
    SELECT post_id, actor_id FROM events WHERE event_type = 'post_deleted'
)
SELECT
    post.post_id, post.author_id, post.text, post.language,
    post.reply_to_post_id, parent.author_id AS parent_author_id, post.posted_at
FROM firsts AS post
ANTI JOIN deleted ON deleted.post_id = post.post_id AND deleted.actor_id = post.author_id
LEFT JOIN firsts AS parent ON parent.post_id = post.reply_to_post_id
