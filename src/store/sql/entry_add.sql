INSERT INTO entry (seq, time, kind, subject, actor, correlation_id, cause_seq, body, hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
