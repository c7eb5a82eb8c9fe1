-- Steps of a pipeline whose newest finished run failed.
SELECT COUNT(*) FROM (SELECT step, state, ROW_NUMBER() OVER (PARTITION BY step ORDER BY started DESC, id DESC) AS newest
                      FROM run WHERE pipeline = $1 AND state <> 'running') AS r
WHERE newest = 1 AND state = 'failed'
