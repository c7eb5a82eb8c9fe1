INSERT INTO runbook (id, title, body, hash, seq) VALUES ($1, $2, $3, $4, $5)
