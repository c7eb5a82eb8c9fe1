INSERT INTO knowledge_candidate (id, seq, time, incident, pipeline, cause, title, text, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting')
