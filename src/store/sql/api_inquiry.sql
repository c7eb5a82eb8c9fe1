SELECT seq, received, updated, state, channel, person, language, model, category, category_score, sentiment,
  sentiment_score, urgency, urgency_score, labelled_by, department, consultant, priority, due, level, thread,
  duplicate_of, repeats, topics, reason
FROM inquiry WHERE seq = $1
