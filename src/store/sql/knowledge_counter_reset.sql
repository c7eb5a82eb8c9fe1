DELETE FROM knowledge_counter WHERE name IN ('documents', 'feedback')
