UPDATE schedule_run SET state = 'again', due = $2, ended = $3, summary = $4, detail = $5 WHERE id = $1
