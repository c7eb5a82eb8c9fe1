SELECT id FROM proposal WHERE case_id = $1 AND rank = $2
