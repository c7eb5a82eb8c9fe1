SELECT id, seq, time, incident, pipeline, cause, title, state, decided, decided_by, comment, document, text FROM knowledge_candidate WHERE id = $1
