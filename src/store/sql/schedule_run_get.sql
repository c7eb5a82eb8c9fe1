SELECT schedule, state, attempt, planned, started FROM schedule_run WHERE id = $1
