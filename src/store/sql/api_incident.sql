SELECT id, seq, fingerprint, state, severity, pipeline, title, opened, updated, settled, resolved, findings, reopened, cause, resolution, case_id,
  (SELECT body FROM entry WHERE correlation_id = incident.id AND correlation_id <> '' AND kind = 'incident.labelled' ORDER BY entry.seq DESC LIMIT 1)
FROM incident WHERE id = $1
