SELECT received FROM inquiry WHERE state = $1 ORDER BY seq LIMIT 1
