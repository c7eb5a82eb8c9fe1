INSERT INTO finding (id, seq, time, series, pipeline, step, run, kind, detector, severity, started, ended, value, low, high,
                     score, summary, evidence, incident, suppressed, going)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
