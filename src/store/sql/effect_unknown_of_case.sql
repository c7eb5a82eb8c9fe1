SELECT COUNT(*) FROM effect WHERE incident = $1 AND case_id = $2 AND kind IN ('apply', 'undo') AND state = 'unknown'
