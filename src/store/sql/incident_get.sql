SELECT state, severity, pipeline, title, opened, updated, settled, findings, reopened, cause, case_id, fingerprint
FROM incident WHERE id = $1
