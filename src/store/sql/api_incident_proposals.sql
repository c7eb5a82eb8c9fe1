SELECT id, seq, case_id, incident, rank, remedy, pipeline, step, args, cause, confidence, cost_usd, leaves, plan_hash, summary
FROM proposal WHERE incident = $1 ORDER BY seq LIMIT 200
