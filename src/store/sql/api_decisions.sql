SELECT id, seq, time, case_id, incident, proposal, verdict, rule, because, confidence, cost_usd, facts, policy
FROM decision WHERE seq < $1 AND ($2 = '' OR verdict = $2) ORDER BY seq DESC LIMIT $3
