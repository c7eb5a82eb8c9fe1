UPDATE incident SET cause = $2, severity = $3, pipeline = $4, title = $5, updated = $6 WHERE id = $1
