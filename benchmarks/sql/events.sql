-- Every event once: of lines with one id the first written row stays.
WITH repeated AS MATERIALIZED (
    SELECT event_id, min(file_row_number) AS kept
    FROM read_parquet('$landed', file_row_number = true)
    GROUP BY ALL
    HAVING count(*) > 1
)
SELECT * EXCLUDE (file_row_number)
FROM read_parquet('$landed', file_row_number = true) AS line
ANTI JOIN repeated ON repeated.event_id = line.event_id AND repeated.kept <> line.file_row_number
