SELECT data FROM chunk WHERE series = $1 AND end >= $2 AND start <= $3 ORDER BY start, part
