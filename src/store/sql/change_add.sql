INSERT INTO change (id, seq, time, pipeline, kind, summary, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)
