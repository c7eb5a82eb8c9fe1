SELECT seq, time, kind, subject, actor, correlation_id, cause_seq, body, hash, erased FROM entry
WHERE seq >= $1 ORDER BY seq
