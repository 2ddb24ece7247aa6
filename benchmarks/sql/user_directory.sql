-- The names of active users in one case, as far as DuckDB can, by name.
SELECT term, user_id, field
FROM (
    SELECT nfc_normalize(lower(upper(username))) AS term, user_id, 'username' AS field FROM users WHERE is_active
    UNION ALL
    SELECT nfc_normalize(lower(upper(first_name))), user_id, 'first_name' FROM users WHERE is_active
    UNION ALL
    SELECT nfc_normalize(lower(upper(last_name))), user_id, 'last_name' FROM users WHERE is_active
)
WHERE term IS NOT NULL
ORDER BY ALL
