UPDATE schedule SET next = $2 WHERE name = $1
