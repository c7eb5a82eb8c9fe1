-- The newest of one person, for repeats and threads.
SELECT seq, received, state, thread, subject_key, sketch FROM inquiry
WHERE person = $1 AND received >= $2 ORDER BY seq DESC LIMIT 20
