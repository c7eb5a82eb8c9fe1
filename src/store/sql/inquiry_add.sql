INSERT INTO inquiry (seq, received, updated, state, channel, person, language, model, category, category_score,
  sentiment, sentiment_score, urgency, urgency_score, labelled_by, department, consultant, priority, due, level, thread,
  duplicate_of, repeats, topics, reason, message, subject_key, sketch)
VALUES ($1, $2, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '', $14, $15, $16, $17, 0, $18, $19, 0, $20, $21,
  $22, $23, $24)
