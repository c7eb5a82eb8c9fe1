UPDATE incident SET state = $2, updated = $3 WHERE id = $1
