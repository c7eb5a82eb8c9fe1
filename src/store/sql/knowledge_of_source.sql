SELECT id FROM knowledge_document WHERE source = $1 ORDER BY id
