SELECT id, seq, time, series, pipeline, step, run, kind, detector, severity, started, ended, value, low, high, score, summary, evidence, incident, suppressed
FROM finding WHERE incident = $1 ORDER BY seq LIMIT 200
