INSERT INTO dataset_schema (dataset, columns, seq) VALUES ($1, $2, $3)
ON CONFLICT (dataset) DO UPDATE SET columns = excluded.columns, seq = excluded.seq
