INSERT OR REPLACE INTO chunk (series, start, end, part, count, data) VALUES ($1, $2, $3, $4, $5, $6)
