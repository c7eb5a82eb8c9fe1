SELECT seq, received, updated, state, channel, person, language, model, category, category_score, sentiment,
  sentiment_score, urgency, urgency_score, labelled_by, department, consultant, priority, due, level, thread,
  duplicate_of, repeats, topics, reason
FROM inquiry WHERE seq < $1
  AND ($2 = '' OR state = $2 OR ($2 = 'active' AND state IN ('review', 'open')) OR ($2 = 'labelled' AND labelled_by <> ''))
  AND ($3 = '' OR department = $3) AND ($4 = '' OR category = $4) AND ($5 = '' OR urgency = $5)
  AND ($6 = '' OR consultant = $6) AND ($7 = '' OR person = $7) AND ($8 = '' OR sentiment = $8)
ORDER BY seq DESC LIMIT $9
