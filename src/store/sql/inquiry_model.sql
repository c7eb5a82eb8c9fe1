UPDATE inquiry SET model = $2 WHERE seq = $1
