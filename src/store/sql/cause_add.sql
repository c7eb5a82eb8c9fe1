INSERT INTO cause (incident, rank, kind, subject, score, title, evidence, runbook) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
