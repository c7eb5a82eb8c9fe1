SELECT seq, severity, series, pipeline, step, run, kind, summary, started, ended, value, low, high, score, evidence
FROM finding WHERE incident = $1 ORDER BY seq LIMIT 256
