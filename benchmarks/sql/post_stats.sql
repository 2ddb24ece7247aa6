-- How often each standing post is liked, reposted and replied to.
WITH liked AS (SELECT post_id, count(*) AS likes FROM likes GROUP BY ALL),
reposted AS (SELECT post_id, count(*) AS reposts FROM reposts GROUP BY ALL),
answered AS (SELECT reply_to_post_id AS post_id, count(*) AS replies FROM standing_posts GROUP BY ALL)
SELECT
    post_id, author_id,
    coalesce(likes, 0) AS likes, coalesce(reposts, 0) AS reposts, coalesce(replies, 0) AS replies
FROM standing_posts
LEFT JOIN liked USING (post_id)
LEFT JOIN reposted USING (post_id)
LEFT JOIN answered USING (post_id)
