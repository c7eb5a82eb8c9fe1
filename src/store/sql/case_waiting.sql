SELECT id FROM casefile WHERE waiting_for = $1 AND waiting_for <> '' ORDER BY seq LIMIT 1
