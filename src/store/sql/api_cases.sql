SELECT id, seq, incident, graph, node, status, waiting_for, steps, started, ended, cost_usd, forked_from
FROM casefile WHERE seq < $1 AND ($2 = '' OR status = $2) AND ($3 = '' OR incident = $3) ORDER BY seq DESC LIMIT $4
