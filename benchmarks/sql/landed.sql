-- The lines as they are, none of them validated.
SELECT *
FROM read_json(
    '$lines',
    format = 'newline_delimited',
    columns = {
        event_id: 'VARCHAR', event_type: 'VARCHAR', event_time: 'TIMESTAMP', actor_id: 'BIGINT',
        username: 'VARCHAR', first_name: 'VARCHAR', last_name: 'VARCHAR', bio: 'VARCHAR',
        followee_id: 'BIGINT', blocked_id: 'BIGINT', muted_id: 'BIGINT', post_id: 'BIGINT',
        text: 'VARCHAR', language: 'VARCHAR', languages: 'VARCHAR[]', reply_to_post_id: 'BIGINT', mentioned_ids: 'BIGINT[]'
    }
)
