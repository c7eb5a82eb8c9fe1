-- Earlier incidents that looked the same and whose cause was known, and how many remedies against that cause failed there. The newest
-- are picked first, so that only they are counted for; coalesce keeps the planner from all failed effects, when few belong here.
SELECT i.id, i.seq, i.cause, i.resolution, i.opened,
       (SELECT count(*) FROM effect e JOIN decision d ON d.id = e.decision JOIN proposal p ON p.id = d.proposal
        WHERE e.incident = i.id AND e.kind IN ('apply', 'verify') AND coalesce(e.state, '') = 'failed' AND p.cause = i.cause)
FROM (SELECT id, seq, cause, resolution, opened FROM incident
      WHERE fingerprint = $1 AND id <> $2 AND state = 'resolved' AND cause <> '' AND cause <> 'unknown'
      ORDER BY seq DESC LIMIT 8) AS i
ORDER BY i.seq DESC
