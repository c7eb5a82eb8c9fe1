SELECT department, consultant FROM inquiry WHERE seq = $1
