-- Earlier incidents that looked the same and whose cause was known, and how many remedies against that cause failed there.
SELECT i.id, i.seq, i.cause, i.resolution, i.opened,
       (SELECT count(*) FROM effect e JOIN decision d ON d.id = e.decision JOIN proposal p ON p.id = d.proposal
        WHERE e.incident = i.id AND e.kind IN ('apply', 'verify') AND e.state = 'failed' AND p.cause = i.cause)
FROM incident i
WHERE i.fingerprint = $1 AND i.id <> $2 AND i.state = 'resolved' AND i.cause <> '' AND i.cause <> 'unknown'
ORDER BY i.seq DESC LIMIT 8
