SELECT seq, received, state, channel, person, language, category, category_score, sentiment, sentiment_score, urgency,
  urgency_score, labelled_by, department, consultant, priority, due, level, thread, duplicate_of, topics
FROM inquiry WHERE seq = $1
