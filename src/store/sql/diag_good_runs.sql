SELECT COUNT(*) FROM run WHERE pipeline = $1 AND state = 'ok' AND started >= $2 AND started < $3
