INSERT INTO pipeline (name, source, destination, owner, tier, environment, every_us, spec, first_seen, last_seen, health, seq)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, 'unknown', $10)
ON CONFLICT (name) DO NOTHING
