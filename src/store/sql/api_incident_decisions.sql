SELECT id, seq, time, case_id, incident, proposal, verdict, rule, because, confidence, cost_usd, facts, policy
FROM decision WHERE incident = $1 ORDER BY seq LIMIT 200
