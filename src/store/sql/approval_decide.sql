UPDATE approval SET state = $2, decided = $3, decided_by = $4, comment = $5 WHERE id = $1
