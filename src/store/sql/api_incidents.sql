SELECT id, seq, fingerprint, state, severity, pipeline, title, opened, updated, settled, resolved, findings, reopened, cause, resolution, case_id
FROM incident WHERE seq < $1
  AND ($2 = '' OR state = $2 OR ($2 = 'active' AND state <> 'resolved'))
  AND ($3 = '' OR pipeline = $3)
ORDER BY seq DESC LIMIT $4
