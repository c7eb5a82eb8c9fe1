UPDATE schedule_run SET state = 'due', attempt = attempt + 1 WHERE id = $1
