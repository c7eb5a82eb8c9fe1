SELECT id, seq, incident, graph, node, status, waiting_for, steps, started, ended, cost_usd, forked_from, state
FROM casefile WHERE id = $1
