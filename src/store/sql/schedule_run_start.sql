UPDATE schedule_run SET state = 'running', started = $2, pid = $3, pid_start = $4 WHERE id = $1
