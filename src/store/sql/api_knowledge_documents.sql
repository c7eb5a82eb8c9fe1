SELECT id, seq, time, title, source, version, format, hash, roles, valid_from, valid_to, passages
FROM knowledge_document WHERE id > $1 AND (roles = '[]' OR $2 = 'admin' OR roles LIKE '%"' || $2 || '"%') ORDER BY id LIMIT $3
