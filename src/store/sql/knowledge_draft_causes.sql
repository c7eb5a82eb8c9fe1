SELECT title, evidence FROM cause WHERE incident = $1 ORDER BY rank LIMIT 3
