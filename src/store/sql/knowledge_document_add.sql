INSERT INTO knowledge_document (id, seq, time, title, source, version, format, hash, roles, valid_from, valid_to, passages)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
