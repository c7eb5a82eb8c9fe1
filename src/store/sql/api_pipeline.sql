SELECT p.name, p.source, p.destination, p.owner, p.tier, p.environment, p.every_us,
  COALESCE((SELECT s.next FROM schedule s WHERE s.name = p.name AND s.declared = 1 AND s.paused_by = ''), 0),
  p.first_seen, p.last_seen, p.health,
  CASE WHEN p.spec = '' THEN 0 ELSE 1 END, p.seq, p.spec
FROM pipeline AS p WHERE p.name = $1
