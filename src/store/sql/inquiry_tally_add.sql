INSERT INTO inquiry_tally (name, word, n) VALUES ($1, $2, $3)
ON CONFLICT (name, word) DO UPDATE SET n = inquiry_tally.n + excluded.n
