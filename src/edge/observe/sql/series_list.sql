SELECT ref, id, text, name, labels, pipeline, source, kind, first_seen, last_seen FROM series
WHERE ($1 = '' OR pipeline = $1) AND ($2 = '' OR name = $2) AND text > $3
ORDER BY text LIMIT $4
