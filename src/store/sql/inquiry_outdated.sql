-- What is open, no person has labelled, and another model judged: $1 is the present one.
SELECT seq, model FROM inquiry WHERE state IN ('review', 'open') AND labelled_by = '' AND model <> $1 AND seq > $2
ORDER BY seq LIMIT $3
