INSERT INTO snapshot_part (seq, part, size, body) VALUES ($1, $2, $3, $4)
ON CONFLICT (seq, part) DO UPDATE SET size = excluded.size, body = excluded.body
