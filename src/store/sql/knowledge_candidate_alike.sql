-- A draft of the same cause in the same pipeline that waits, or that a person decided on lately.
SELECT 1 FROM knowledge_candidate WHERE pipeline = $1 AND cause = $2 AND (state = 'waiting' OR decided >= $3) LIMIT 1
