-- A number that differs whenever a document or runbook came, changed or went, or all were indexed again: entries only grow, and one that goes changes the count.
SELECT (SELECT COALESCE(MAX(seq), 0) FROM knowledge_document) * 1000003 + (SELECT COUNT(*) FROM knowledge_document) * 7919
  + (SELECT COALESCE(MAX(seq), 0) FROM runbook) * 10007 + (SELECT COUNT(*) FROM runbook) + (SELECT COALESCE(MAX(seq), 0) FROM knowledge_reindex) * 101
