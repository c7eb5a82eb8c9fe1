-- Runs that somebody is to take, and those that were taken, oldest first.
SELECT r.id, r.schedule, r.state, r.attempt, r.pid, r.pid_start, r.planned, r.asked_by, s.spec
FROM schedule_run r JOIN schedule s ON s.name = r.schedule WHERE r.state IN ('due', 'running') ORDER BY r.seq LIMIT 200
