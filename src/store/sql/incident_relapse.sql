SELECT id FROM incident WHERE fingerprint = $1 AND state = 'resolved' AND resolved >= $2 ORDER BY seq DESC LIMIT 1
