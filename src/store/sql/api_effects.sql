SELECT id, seq, case_id, incident, decision, kind, remedy, target, args, state, attempt, due, pid, started, ended, outcome
FROM effect WHERE seq < $1 AND ($2 = '' OR state = $2) ORDER BY seq DESC LIMIT $3
