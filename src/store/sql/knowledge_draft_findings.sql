SELECT summary FROM finding WHERE incident = $1 ORDER BY seq LIMIT 12
