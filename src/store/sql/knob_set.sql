INSERT INTO knob (pipeline, name, value, seq) VALUES ($1, $2, $3, $4)
ON CONFLICT (pipeline, name) DO UPDATE SET value = excluded.value, seq = excluded.seq
