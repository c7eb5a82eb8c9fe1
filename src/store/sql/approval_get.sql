SELECT state, proposal, case_id, incident, plan_hash, target_digest, policy, requested_by, expires FROM approval WHERE id = $1
