SELECT seq, person, category, category_score, language FROM inquiry WHERE state <> 'duplicate' ORDER BY seq DESC LIMIT $1
