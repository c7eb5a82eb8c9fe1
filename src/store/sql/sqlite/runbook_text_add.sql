INSERT INTO runbook_text (id, title, body) VALUES ($1, $2, $3)
