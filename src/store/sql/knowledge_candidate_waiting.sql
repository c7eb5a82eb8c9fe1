SELECT COUNT(*) FROM knowledge_candidate WHERE state = 'waiting'
