SELECT 1 FROM finding WHERE id = $1
