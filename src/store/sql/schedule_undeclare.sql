UPDATE schedule SET declared = 0, next = 0 WHERE name = $1
