SELECT state, count(*) FROM incident GROUP BY state
