INSERT INTO shard_offset (shard, judged) VALUES ($1, $2)
ON CONFLICT (shard) DO UPDATE SET judged = excluded.judged
