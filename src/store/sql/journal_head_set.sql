INSERT INTO journal_head (id, size, time, hash, frontier) VALUES (1, $1, $2, $3, $4)
ON CONFLICT (id) DO UPDATE SET size = excluded.size, time = excluded.time, hash = excluded.hash, frontier = excluded.frontier
