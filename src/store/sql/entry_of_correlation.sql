SELECT seq, time, kind, subject, actor, correlation_id, cause_seq, body, hash, erased FROM entry
WHERE correlation_id = $1 AND correlation_id <> '' AND seq > $2 ORDER BY seq LIMIT $3
