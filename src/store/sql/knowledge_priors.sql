SELECT document, passage, helped, failed FROM knowledge_prior ORDER BY document, passage
