INSERT INTO approval (id, seq, decision, proposal, case_id, incident, state, plan_hash, target_digest, policy, requested,
                      requested_by, expires, decided_by, comment)
VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7, $8, $9, $10, $11, $12, '', '')
