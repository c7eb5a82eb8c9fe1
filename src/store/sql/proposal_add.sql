INSERT INTO proposal (id, seq, case_id, incident, rank, remedy, pipeline, step, args, cause, confidence, cost_usd, leaves,
                      plan_hash, summary)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
