-- What was said of each passage, and of each document with all its passages. What was only used says nothing of whether it helped.
INSERT INTO knowledge_prior (document, passage, helped, failed)
SELECT document, passage, SUM(worked), SUM(1 - worked) FROM knowledge_feedback
WHERE worked IS NOT NULL AND passage <> '' GROUP BY document, passage
UNION ALL
SELECT document, '', SUM(worked), SUM(1 - worked) FROM knowledge_feedback WHERE worked IS NOT NULL GROUP BY document
