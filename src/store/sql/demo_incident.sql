SELECT i.id, i.state, i.cause, i.resolution FROM incident_pipeline p JOIN incident i ON i.id = p.incident
WHERE p.pipeline = $1 AND i.updated >= $2 ORDER BY i.seq DESC LIMIT 1
