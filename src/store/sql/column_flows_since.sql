SELECT from_dataset, from_column, to_dataset, to_column, job, kind, seq FROM column_flow WHERE seq > $1
ORDER BY seq, from_dataset, from_column, to_dataset, to_column
