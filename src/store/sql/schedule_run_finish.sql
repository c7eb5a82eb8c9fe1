UPDATE schedule_run SET state = $2, ended = $3, summary = $4, detail = $5 WHERE id = $1
