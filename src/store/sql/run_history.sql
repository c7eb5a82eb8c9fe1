SELECT started, duration_us, rows, state FROM run
WHERE pipeline = $1 AND step = $2 AND state <> 'running' AND id <> $3 AND started <= $4
ORDER BY started DESC, id DESC LIMIT 64
