INSERT INTO knowledge_gap (seq, time, question, covered) VALUES ($1, $2, $3, $4)
