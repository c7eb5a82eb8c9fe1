-- Incidents that settle until $1: their neighbours are to be measured before.
SELECT i.id, t.due FROM timer t JOIN incident i ON i.id = t.subject
WHERE t.due <= $1 AND t.kind = 'settle' AND i.settled IS NULL AND i.state <> 'resolved' ORDER BY t.due, t.id LIMIT 16
