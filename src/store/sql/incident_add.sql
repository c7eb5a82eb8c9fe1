INSERT INTO incident (id, seq, fingerprint, state, severity, pipeline, title, opened, updated, findings, reopened, cause,
                      resolution, case_id)
VALUES ($1, $2, $3, 'open', $4, $5, $6, $7, $7, 0, 0, '', '', '')
