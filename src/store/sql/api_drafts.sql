SELECT id, seq, time, incident, pipeline, cause, title, state, decided, decided_by, comment, document
FROM knowledge_candidate WHERE seq < $1 AND ($2 = '' OR state = $2) ORDER BY seq DESC LIMIT $3
