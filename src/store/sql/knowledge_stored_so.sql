SELECT 1 FROM knowledge_document WHERE id = $1 AND hash = $2 AND roles = $3 AND source = $4
