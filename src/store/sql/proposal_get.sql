SELECT remedy, pipeline, step, args, cause, confidence, cost_usd, leaves, plan_hash, summary, rank FROM proposal WHERE id = $1
