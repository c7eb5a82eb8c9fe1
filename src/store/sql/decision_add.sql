INSERT INTO decision (id, seq, time, case_id, incident, proposal, verdict, rule, because, confidence, cost_usd, facts, policy)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
