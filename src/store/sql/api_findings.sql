SELECT id, seq, time, series, pipeline, step, run, kind, detector, severity, started, ended, value, low, high, score, summary, evidence, incident, suppressed
FROM finding WHERE seq < $1 AND ($2 = '' OR pipeline = $2) AND ($3 = '' OR series = $3) ORDER BY seq DESC LIMIT $4
