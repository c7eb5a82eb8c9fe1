INSERT INTO knowledge_reindex (seq, time, reason, documents, feedback) VALUES ($1, $2, $3, $4, $5)
