SELECT seq FROM inquiry WHERE message = $1 AND message <> '' LIMIT 1
