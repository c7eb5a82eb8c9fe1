UPDATE effect SET state = 'started', attempt = attempt + 1, started = $2, pid = $3, pid_start = $4 WHERE id = $1
