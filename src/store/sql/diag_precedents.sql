-- Earlier incidents that looked the same and whose cause was known.
SELECT id, seq, cause, resolution, opened FROM incident
WHERE fingerprint = $1 AND id <> $2 AND state = 'resolved' AND cause <> '' AND cause <> 'unknown' ORDER BY seq DESC LIMIT 8
