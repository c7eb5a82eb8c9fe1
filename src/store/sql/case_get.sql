SELECT incident, graph, node, status, waiting_for, state, steps, started, cost_usd FROM casefile WHERE id = $1
