SELECT id FROM knowledge_candidate WHERE incident = $1 ORDER BY seq DESC LIMIT 1
