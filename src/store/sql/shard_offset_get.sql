SELECT judged FROM shard_offset WHERE shard = $1
