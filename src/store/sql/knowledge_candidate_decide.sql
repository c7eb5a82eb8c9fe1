UPDATE knowledge_candidate SET state = $2, decided = $3, decided_by = $4, comment = $5, document = $6 WHERE id = $1 AND state = 'waiting'
