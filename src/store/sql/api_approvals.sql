SELECT a.id, a.seq, a.decision, a.proposal, a.case_id, a.incident, a.state, a.plan_hash, a.target_digest, a.policy, a.requested, a.requested_by,
  a.expires, a.decided, a.decided_by, a.comment, p.summary, p.remedy, p.pipeline, p.step, p.leaves, p.confidence, p.cost_usd, p.cause, i.title, i.severity
FROM approval AS a LEFT JOIN proposal AS p ON p.id = a.proposal LEFT JOIN incident AS i ON i.id = a.incident
WHERE a.seq < $1 AND ($2 = '' OR a.state = $2) ORDER BY a.seq DESC LIMIT $3
