UPDATE incident SET state = 'resolved', resolved = $2, updated = $2, resolution = $3 WHERE id = $1
