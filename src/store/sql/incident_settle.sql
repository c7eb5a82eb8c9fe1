UPDATE incident SET settled = $2, updated = $2, case_id = $3 WHERE id = $1
