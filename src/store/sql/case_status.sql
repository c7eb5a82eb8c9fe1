SELECT status FROM casefile WHERE id = $1
