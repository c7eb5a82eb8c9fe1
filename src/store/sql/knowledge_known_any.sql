SELECT 1 FROM knowledge_document WHERE id = $1 UNION ALL SELECT 1 FROM runbook WHERE 'runbook:' || id = $1 LIMIT 1
