UPDATE schedule SET run = $2 WHERE name = $1
