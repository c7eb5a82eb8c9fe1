INSERT INTO series (ref, id, text, name, labels, pipeline, source, kind, first_seen, last_seen)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (ref) DO UPDATE SET last_seen = max(last_seen, excluded.last_seen), kind = excluded.kind
