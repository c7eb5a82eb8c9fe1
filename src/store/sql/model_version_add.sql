INSERT INTO model_version (name, version, seq, time, actor, kind, digest, bytes, data, code, held_back, parent, metrics,
  sources, origin, comment)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
