UPDATE effect SET state = 'unknown', outcome = $1, ended = $2 WHERE state = 'started'
