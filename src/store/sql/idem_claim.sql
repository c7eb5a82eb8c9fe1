INSERT INTO idempotency (actor, key, hash, time, status, type, location, body) VALUES ($1, $2, $3, $4, 0, '', '', '')
ON CONFLICT (actor, key) DO NOTHING
