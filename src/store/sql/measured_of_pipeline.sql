SELECT seq, series, started, value, low, high, score, size, excess, summary FROM measured
WHERE incident = $1 AND pipeline = $2 ORDER BY ordinal
