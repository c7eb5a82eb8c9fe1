-- The newest finished runs of a pipeline begun up to $2.
SELECT id, step, state, started, duration_us, exit_code, signal, rows, bytes, peak_kb, cpu_us, sync_us, output, detail, seq
FROM run WHERE pipeline = $1 AND started <= $2 AND state <> 'running' ORDER BY started DESC, id DESC LIMIT 64
