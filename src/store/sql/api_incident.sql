SELECT id, seq, fingerprint, state, severity, pipeline, title, opened, updated, settled, resolved, findings, reopened, cause, resolution, case_id
FROM incident WHERE id = $1
