SELECT seq, person, category, category_score, language FROM inquiry WHERE state <> 'duplicate' AND seq < $1 ORDER BY seq LIMIT $2
