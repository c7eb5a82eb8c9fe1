INSERT INTO schedule_run (id, seq, schedule, planned, asked_by, attempt, state, due, pid, pid_start, started, ended, summary, detail)
VALUES ($1, $2, $3, $4, $5, 1, 'due', $6, 0, 0, NULL, NULL, '', '{}')
