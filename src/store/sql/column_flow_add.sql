INSERT INTO column_flow (from_dataset, from_column, to_dataset, to_column, job, kind, seq) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (from_dataset, from_column, to_dataset, to_column, job, kind) DO NOTHING
