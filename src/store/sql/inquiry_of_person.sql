SELECT seq, state FROM inquiry WHERE person = $1 ORDER BY seq
