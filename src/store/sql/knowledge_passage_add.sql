INSERT INTO knowledge_passage (document, ordinal, path, text) VALUES ($1, $2, $3, $4)
