SELECT id, title, body FROM runbook ORDER BY id
