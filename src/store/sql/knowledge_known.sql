SELECT 1 FROM knowledge_document WHERE id = $1
