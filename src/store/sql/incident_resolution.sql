SELECT resolution FROM incident WHERE id = $1
