-- The queue of a department, most pressing first.
SELECT seq FROM inquiry WHERE department = $1 AND state = 'open' AND consultant = '' ORDER BY priority DESC, seq LIMIT 20
