SELECT seq, received, state, category, urgency, department, consultant FROM inquiry
WHERE person = $1 AND thread = $2 ORDER BY seq LIMIT 100
