SELECT time, series, kind, detector, severity, started, ended, value, low, high, score, summary FROM finding
WHERE incident = $1 AND seq > $2 ORDER BY seq
