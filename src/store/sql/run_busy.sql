-- Runs of a pipeline that are under way. One that began long ago and never ended was lost, not slow, and one that an effect
-- began ended with it.
SELECT COUNT(*) FROM run r WHERE r.pipeline = $1 AND r.state = 'running' AND r.started >= $2
  AND (r.effect = '' OR EXISTS (SELECT 1 FROM effect e WHERE e.id = r.effect AND e.state = 'started'))
