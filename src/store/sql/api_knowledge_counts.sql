SELECT (SELECT COUNT(*) FROM knowledge_document), (SELECT COUNT(*) FROM knowledge_passage), (SELECT COUNT(*) FROM knowledge_feedback),
  (SELECT COUNT(*) FROM knowledge_feedback WHERE used = 1), (SELECT COUNT(*) FROM knowledge_feedback WHERE worked = 1),
  (SELECT COUNT(*) FROM knowledge_feedback WHERE worked = 0), (SELECT COUNT(*) FROM knowledge_gap)
