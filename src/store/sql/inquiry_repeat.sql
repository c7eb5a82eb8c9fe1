UPDATE inquiry SET repeats = repeats + 1, updated = $2 WHERE seq = $1
