INSERT INTO silence (id, seq, pipeline, kind, starts, ends, author, comment, maintenance)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
