SELECT id, seq, schedule, planned, asked_by, attempt, state, due, started, ended, summary, detail
FROM schedule_run WHERE id = $1
