SELECT 1 FROM knowledge_document WHERE id = $1 AND hash = $2 AND roles = $3 AND valid_from = $4 AND valid_to = $5 AND version = $6 AND source = $7 AND title = $8
