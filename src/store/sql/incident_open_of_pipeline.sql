SELECT i.id FROM incident_pipeline p JOIN incident i ON i.id = p.incident
WHERE p.pipeline = $1 AND i.state <> 'resolved' ORDER BY i.seq DESC LIMIT 1
