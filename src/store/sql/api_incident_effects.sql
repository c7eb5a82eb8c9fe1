SELECT id, seq, case_id, incident, decision, kind, remedy, target, args, state, attempt, due, pid, started, ended, outcome
FROM effect WHERE incident = $1 ORDER BY seq LIMIT 200
