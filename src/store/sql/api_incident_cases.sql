SELECT id, seq, incident, graph, node, status, waiting_for, steps, started, ended, cost_usd, forked_from
FROM casefile WHERE incident = $1 ORDER BY seq LIMIT 100
