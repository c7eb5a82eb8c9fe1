-- The first row counts. No LIMIT: it would make SQLite sort in a table of its own, which costs more than the few rows.
SELECT id, maintenance FROM silence
WHERE ends > $3 AND starts <= $3 AND (pipeline = '' OR pipeline = $1) AND (kind = '' OR kind = $2)
ORDER BY seq
