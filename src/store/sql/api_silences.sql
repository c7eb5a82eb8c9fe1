SELECT id, seq, pipeline, kind, starts, ends, author, comment, maintenance
FROM silence WHERE seq < $1 AND ($2 = 0 OR ends > $2) ORDER BY seq DESC LIMIT $3
