SELECT COALESCE(SUM(cost_usd), 0) FROM decision WHERE verdict = 'execute' AND cost_usd > 0 AND time >= $1
