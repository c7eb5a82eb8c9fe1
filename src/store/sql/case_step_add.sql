INSERT INTO case_step (case_id, step, node, agent, seq, time, summary, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
