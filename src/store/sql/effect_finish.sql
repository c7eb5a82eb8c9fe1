UPDATE effect SET state = $2, ended = $3, outcome = $4 WHERE id = $1
