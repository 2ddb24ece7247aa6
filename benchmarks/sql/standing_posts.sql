-- The posts that stand, each with its last text and its parent's author: the first posted of an id, not deleted by
-- its author, who is not deactivated.
WITH firsts AS MATERIALIZED (
    SELECT
        post_id, actor_id AS author_id, text, reply_to_post_id, mentioned_ids,
        coalesce(nullif(languages, []), CASE WHEN language IS NOT NULL THEN [language] END) AS languages,
        event_time AS posted_at, event_id AS posted_id
    FROM events
    WHERE event_type = 'posted'
    QUALIFY row_number() OVER (PARTITION BY post_id ORDER BY event_time, event_id) = 1
),
deleted AS (
    SELECT post_id, actor_id FROM events WHERE event_type = 'post_deleted'
),
edited AS (
    SELECT edit.post_id, arg_max(edit.text, (event_time, event_id)) AS text, max(event_time) AS edited_at
    FROM events AS edit
    JOIN firsts ON firsts.post_id = edit.post_id AND firsts.author_id = edit.actor_id
    WHERE event_type = 'post_edited' AND (event_time, event_id) > (posted_at, posted_id)
    GROUP BY ALL
)
SELECT
    post.post_id, post.author_id, coalesce(edited.text, post.text) AS text, post.languages,
    post.reply_to_post_id, parent.author_id AS parent_author_id, post.mentioned_ids, post.posted_at, edited_at
FROM firsts AS post
ANTI JOIN deleted ON deleted.post_id = post.post_id AND deleted.actor_id = post.author_id
LEFT JOIN edited ON edited.post_id = post.post_id
LEFT JOIN firsts AS parent ON parent.post_id = post.reply_to_post_id
WHERE post.author_id NOT IN (SELECT user_id FROM inactive)
