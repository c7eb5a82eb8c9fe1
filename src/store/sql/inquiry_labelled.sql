-- What people labelled, newest first; a score of 1 says that they spoke of that label.
SELECT seq, person, category, category_score, sentiment, sentiment_score, urgency, urgency_score
FROM inquiry WHERE labelled_by <> '' ORDER BY seq DESC LIMIT $1
