SELECT step, node, agent, seq, time, summary, state
FROM case_step WHERE case_id = $1 ORDER BY step LIMIT 1000
