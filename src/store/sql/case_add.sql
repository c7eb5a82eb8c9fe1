INSERT INTO casefile (id, seq, incident, graph, node, status, waiting_for, state, steps, started, cost_usd, forked_from)
VALUES ($1, $2, $3, $4, $5, 'running', '', $6, 0, $7, 0, $8)
