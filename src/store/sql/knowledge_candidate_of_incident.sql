SELECT 1 FROM knowledge_candidate WHERE incident = $1 LIMIT 1
