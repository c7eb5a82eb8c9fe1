DELETE FROM runbook WHERE id = $1
