DELETE FROM knowledge_passage WHERE document = $1
