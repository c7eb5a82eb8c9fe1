SELECT (SELECT COUNT(*) FROM knowledge_document), (SELECT COUNT(*) FROM knowledge_passage), (SELECT COUNT(*) FROM knowledge_feedback),
  (SELECT COUNT(*) FROM knowledge_feedback WHERE used = 1), (SELECT COUNT(*) FROM knowledge_feedback WHERE worked = 1),
  (SELECT COUNT(*) FROM knowledge_feedback WHERE worked = 0), (SELECT COUNT(*) FROM knowledge_gap),
  (SELECT COUNT(*) FROM knowledge_feedback WHERE incident <> ''), (SELECT COUNT(*) FROM knowledge_candidate WHERE state = 'waiting'),
  (SELECT COALESCE(SUM(n), 0) FROM knowledge_counter WHERE name = 'undrafted'),
  (SELECT COALESCE(SUM(n), 0) FROM knowledge_counter WHERE name = 'documents'),
  (SELECT COALESCE(SUM(n), 0) FROM knowledge_counter WHERE name = 'feedback'), (SELECT COUNT(*) FROM knowledge_reindex)
