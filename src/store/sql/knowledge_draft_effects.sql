SELECT kind, remedy, state FROM effect WHERE incident = $1 AND kind NOT IN ('notify', 'probe') ORDER BY seq LIMIT 12
