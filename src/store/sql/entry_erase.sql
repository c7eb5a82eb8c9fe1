UPDATE entry SET body = NULL, erased = $2 WHERE seq = $1 AND body IS NOT NULL
