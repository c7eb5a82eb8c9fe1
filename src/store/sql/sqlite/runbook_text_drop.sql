DELETE FROM runbook_text WHERE id = $1
