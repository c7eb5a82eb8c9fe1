SELECT value FROM core_meta WHERE key = $1
