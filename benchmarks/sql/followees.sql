-- Whom each user follows.
SELECT follower_id AS user_id, followee_id, since FROM follows ORDER BY ALL
