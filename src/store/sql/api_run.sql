SELECT id, pipeline, step, attempt, state, started, ended, duration_us, exit_code, signal, rows, bytes, peak_kb, cpu_us, sync_us, effect, output, detail, seq
FROM run WHERE id = $1
