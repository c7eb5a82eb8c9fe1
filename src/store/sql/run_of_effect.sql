SELECT step, state, rows, output, id FROM run WHERE effect = $1 ORDER BY started, id
