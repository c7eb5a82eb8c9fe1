INSERT INTO run (id, pipeline, step, attempt, state, started, effect, output, detail, seq)
VALUES ($1, $2, $3, $4, 'running', $5, $6, '', '{}', $7)
ON CONFLICT (id) DO NOTHING
