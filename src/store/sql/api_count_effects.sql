SELECT state, count(*) FROM effect GROUP BY state
