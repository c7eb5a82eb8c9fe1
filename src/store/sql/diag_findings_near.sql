-- Findings of a pipeline since $2 that are not this incident's and not over: those of a resolved incident are.
SELECT f.seq, f.severity, f.series, f.pipeline, f.step, f.run, f.kind, f.summary, f.started, f.ended, f.value, f.low, f.high,
       f.score, f.evidence
FROM finding f
WHERE f.pipeline = $1 AND f.time >= $2 AND f.incident <> $3
  AND NOT EXISTS (SELECT 1 FROM incident i WHERE i.id = f.incident AND i.state = 'resolved')
ORDER BY f.time, f.seq LIMIT 32
