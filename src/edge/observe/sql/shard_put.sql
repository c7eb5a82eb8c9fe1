INSERT OR REPLACE INTO shard (id, done) VALUES ($1, $2)
