INSERT OR REPLACE INTO detector (series, state) VALUES ($1, $2)
