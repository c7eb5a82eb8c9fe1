INSERT INTO inquiry_load (consultant, n) VALUES ($1, $2)
ON CONFLICT (consultant) DO UPDATE SET n = inquiry_load.n + excluded.n
