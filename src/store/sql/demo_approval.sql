SELECT id, state FROM approval WHERE incident = $1 ORDER BY seq DESC LIMIT 1
