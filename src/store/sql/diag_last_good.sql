-- The newest good run of a step before a moment, among the last few, that printed something.
SELECT id, output FROM (SELECT id, output, started FROM run WHERE pipeline = $1 AND step = $2 AND state = 'ok' AND started < $3
  ORDER BY started DESC, id DESC LIMIT 20) AS good WHERE output <> '' ORDER BY started DESC, id DESC LIMIT 1
