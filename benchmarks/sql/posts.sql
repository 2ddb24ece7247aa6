-- The standing posts with their texts.
SELECT
    post_id, author_id, text, languages, reply_to_post_id, posted_at, edited_at
FROM standing_posts
ORDER BY post_id
