SELECT id, seq, title, roles, valid_from, valid_to, passages FROM knowledge_document ORDER BY id
