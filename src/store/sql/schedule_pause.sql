UPDATE schedule SET paused_by = $2, next = $3 WHERE name = $1
