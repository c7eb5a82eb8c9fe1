SELECT id FROM runbook_text WHERE runbook_text MATCH $1 ORDER BY bm25(runbook_text, 0.0, 4.0, 1.0), id LIMIT 1
