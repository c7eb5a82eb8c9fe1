SELECT a.id, a.seq, a.decision, a.proposal, a.case_id, a.incident, a.state, a.plan_hash, a.target_digest, a.policy, a.requested, a.requested_by,
  a.expires, a.decided, a.decided_by, a.comment
FROM approval AS a WHERE a.incident = $1 ORDER BY a.seq LIMIT 200
