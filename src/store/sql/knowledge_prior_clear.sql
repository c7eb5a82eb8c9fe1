DELETE FROM knowledge_prior
