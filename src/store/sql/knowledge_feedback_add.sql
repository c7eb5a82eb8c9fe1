INSERT INTO knowledge_feedback (seq, time, question, document, used, worked, actor, passage, incident)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
