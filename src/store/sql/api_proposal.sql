SELECT id, seq, case_id, incident, rank, remedy, pipeline, step, args, cause, confidence, cost_usd, leaves, plan_hash, summary
FROM proposal WHERE id = $1
