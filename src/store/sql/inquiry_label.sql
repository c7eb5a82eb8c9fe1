UPDATE inquiry SET updated = $2, category = $3, category_score = $4, sentiment = $5, sentiment_score = $6, urgency = $7,
  urgency_score = $8, labelled_by = $9 WHERE seq = $1
