-- The names of active users in lower case, by name.
SELECT term, user_id, field
FROM (
    SELECT lower(username) AS term, user_id, 'username' AS field FROM users WHERE is_active
    UNION ALL
    SELECT lower(first_name), user_id, 'first_name' FROM users WHERE is_active
    UNION ALL
    SELECT lower(last_name), user_id, 'last_name' FROM users WHERE is_active
)
WHERE term IS NOT NULL
ORDER BY ALL
