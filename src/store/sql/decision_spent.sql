SELECT COALESCE(SUM(cost_usd), 0) FROM decision WHERE verdict = 'execute' AND time >= $1
