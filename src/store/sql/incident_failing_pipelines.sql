SELECT COUNT(*) FROM incident_pipeline p JOIN pipeline q ON q.name = p.pipeline
WHERE p.incident = $1 AND q.health = 'failing'
