INSERT INTO lineage_job (node, owner, origin, hash, seq, removed) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (node) DO UPDATE SET owner = excluded.owner, origin = excluded.origin, hash = excluded.hash, seq = excluded.seq, removed = excluded.removed
