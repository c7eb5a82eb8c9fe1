INSERT INTO idempotency (actor, key, hash, time, status, type, location, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (actor, key) DO UPDATE SET status = excluded.status, type = excluded.type, location = excluded.location, body = excluded.body
