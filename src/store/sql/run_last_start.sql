SELECT COALESCE(MAX(started), 0) FROM run WHERE pipeline = $1
