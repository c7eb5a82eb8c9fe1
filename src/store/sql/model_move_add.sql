INSERT INTO model_move (seq, time, name, version, before, kind, actor, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
