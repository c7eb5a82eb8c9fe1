INSERT INTO knowledge_counter (name, n) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET n = knowledge_counter.n + 1
