INSERT INTO effect (id, seq, case_id, incident, decision, kind, remedy, target, args, key, state, attempt, due, pid, pid_start,
                    outcome)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12, 0, 0, '')
