-- The newest open incident that holds findings of pipeline $1, touched since $2.
SELECT i.id, i.seq FROM incident_pipeline p JOIN incident i ON i.id = p.incident
WHERE p.pipeline = $1 AND i.state <> 'resolved' AND i.updated >= $2
ORDER BY i.seq DESC LIMIT 1
