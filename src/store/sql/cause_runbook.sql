SELECT runbook, title FROM cause WHERE incident = $1 AND rank = 1
