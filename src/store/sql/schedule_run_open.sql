SELECT id, state, started FROM schedule_run WHERE schedule = $1 AND state IN ('due', 'running', 'again') ORDER BY seq LIMIT 1
