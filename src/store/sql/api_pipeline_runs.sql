SELECT id, pipeline, step, attempt, state, started, ended, duration_us, exit_code, signal, rows, bytes, peak_kb, cpu_us, sync_us, effect, output, detail, seq
FROM run WHERE pipeline = $1 AND seq < $2 AND ($3 = '' OR step = $3) ORDER BY seq DESC LIMIT $4
