UPDATE casefile SET node = $2, status = $3, waiting_for = $4, state = $5, steps = $6, ended = $7, cost_usd = $8 WHERE id = $1
