INSERT INTO active_document (kind, hash, seq) VALUES ($1, $2, $3)
ON CONFLICT (kind) DO UPDATE SET hash = excluded.hash, seq = excluded.seq
