SELECT (SELECT COUNT(*) FROM knowledge_document) + (SELECT COUNT(*) FROM runbook)
