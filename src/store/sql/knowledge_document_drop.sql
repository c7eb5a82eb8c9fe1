DELETE FROM knowledge_document WHERE id = $1
