SELECT id, state, started, seq FROM run WHERE pipeline = $1 AND step = $2 AND state <> 'running'
ORDER BY started DESC, id DESC LIMIT 1
