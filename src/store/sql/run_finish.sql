INSERT INTO run (id, pipeline, step, attempt, state, started, ended, duration_us, exit_code, signal, rows, bytes, peak_kb,
                 cpu_us, sync_us, effect, output, detail, seq)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
ON CONFLICT (id) DO UPDATE SET state = excluded.state, ended = excluded.ended, duration_us = excluded.duration_us,
  exit_code = excluded.exit_code, signal = excluded.signal, rows = excluded.rows, bytes = excluded.bytes,
  peak_kb = excluded.peak_kb, cpu_us = excluded.cpu_us, sync_us = excluded.sync_us, output = excluded.output,
  detail = excluded.detail, seq = excluded.seq
