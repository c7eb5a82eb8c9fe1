SELECT seq, time, question, covered FROM knowledge_gap WHERE seq < $1 ORDER BY seq DESC LIMIT $2
