SELECT id, maintenance FROM silence
WHERE ends > $3 AND starts <= $3 AND (pipeline = '' OR pipeline = $1) AND (kind = '' OR kind = $2)
ORDER BY seq LIMIT 1
