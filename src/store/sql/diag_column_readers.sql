-- Who names a column of a dataset, and what comes of it.
SELECT job, to_dataset, to_column, kind, seq FROM column_flow WHERE from_dataset = $1 AND lower(from_column) = lower($2)
ORDER BY seq, job, to_dataset, to_column LIMIT 32
