UPDATE pipeline SET health = $2 WHERE name = $1 AND health <> $2
