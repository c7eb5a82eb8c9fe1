SELECT done FROM shard WHERE id = $1
