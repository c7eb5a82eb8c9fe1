SELECT id, seq, schedule, planned, asked_by, attempt, state, due, started, ended, summary, detail
FROM schedule_run WHERE schedule = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3
