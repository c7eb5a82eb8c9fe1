SELECT text FROM knowledge_passage WHERE document = $1 AND ordinal = $2
