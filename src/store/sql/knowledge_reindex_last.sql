SELECT seq, time, reason, documents, feedback FROM knowledge_reindex ORDER BY seq DESC LIMIT 1
