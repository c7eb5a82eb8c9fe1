-- What a column is made of, values before what decides.
SELECT from_dataset, from_column, job, kind, seq FROM column_flow WHERE to_dataset = $1 AND to_column = $2 ORDER BY seq, from_dataset, from_column LIMIT 4
