SELECT
  (SELECT count(*) FROM pipeline),
  (SELECT count(*) FROM pipeline WHERE health = 'failing'),
  (SELECT count(*) FROM pipeline WHERE health = 'warning'),
  (SELECT count(*) FROM incident WHERE state IN ('open', 'diagnosed', 'mitigating')),
  (SELECT count(*) FROM incident),
  (SELECT count(*) FROM approval WHERE state = 'pending'),
  (SELECT count(*) FROM effect WHERE state IN ('pending', 'started')),
  (SELECT count(*) FROM effect WHERE state = 'unknown'),
  (SELECT count(*) FROM silence WHERE starts <= $1 AND ends > $1)
