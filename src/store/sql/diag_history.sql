-- The good runs of a step before a moment, newest first.
SELECT rows, duration_us, peak_kb, cpu_us, sync_us FROM run
WHERE pipeline = $1 AND step = $2 AND state = 'ok' AND started < $3 ORDER BY started DESC, id DESC LIMIT 20
