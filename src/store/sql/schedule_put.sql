INSERT INTO schedule (name, spec, declared, paused_by, next, run, runs, failed, missed, skipped, seq)
VALUES ($1, $2, 1, $3, $4, '', 0, 0, 0, 0, $5)
ON CONFLICT (name) DO UPDATE SET spec = excluded.spec, declared = 1, paused_by = excluded.paused_by, next = excluded.next
