-- Who follows each user.
SELECT followee_id AS user_id, follower_id, since FROM follows ORDER BY ALL
