SELECT state, incident, title, text FROM knowledge_candidate WHERE id = $1
