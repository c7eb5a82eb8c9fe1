SELECT hash FROM runbook WHERE id = $1
