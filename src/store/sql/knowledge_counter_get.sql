SELECT n FROM knowledge_counter WHERE name = $1
