SELECT seq, time, kind, subject, actor, correlation_id, cause_seq, NULL, hash FROM entry
WHERE seq >= $1 AND seq <= $2 AND body IS NOT NULL AND kind <> 'journal.retained' ORDER BY seq LIMIT $3
