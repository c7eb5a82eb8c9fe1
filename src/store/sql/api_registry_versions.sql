SELECT version, seq, time, actor, kind, digest, bytes, data, code, held_back, parent, metrics, sources, origin, comment
FROM model_version WHERE name = $1 AND version < $2 ORDER BY version DESC LIMIT $3
