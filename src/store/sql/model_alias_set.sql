INSERT INTO model_alias (name, alias, version, seq, time) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (name, alias) DO UPDATE SET version = excluded.version, seq = excluded.seq, time = excluded.time
