SELECT COUNT(*) FROM run WHERE pipeline = $1 AND state = 'failed' AND seq > $2
