SELECT s.name, s.spec, s.paused_by, s.next, s.run, s.seq, s.runs, s.failed, s.missed, s.skipped,
  r.state, r.planned, r.asked_by, r.attempt, r.due, r.started, r.ended, r.summary
FROM schedule s LEFT JOIN schedule_run r ON r.id = s.run WHERE s.declared = 1 AND s.name > $1 ORDER BY s.name LIMIT $2
