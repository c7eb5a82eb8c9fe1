SELECT ordinal, path, text FROM knowledge_passage WHERE document = $1 ORDER BY ordinal
