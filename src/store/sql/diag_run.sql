SELECT id, step, state, started, duration_us, exit_code, signal, rows, bytes, peak_kb, cpu_us, sync_us, output, detail, seq
FROM run WHERE id = $1 AND pipeline = $2
