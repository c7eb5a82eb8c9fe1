SELECT id FROM runbook ORDER BY id
