INSERT INTO measured (incident, ordinal, seq, series, pipeline, started, value, low, high, score, size, excess, summary)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
