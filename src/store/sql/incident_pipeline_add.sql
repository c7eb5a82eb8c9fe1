INSERT INTO incident_pipeline (incident, pipeline, first_time) VALUES ($1, $2, $3)
ON CONFLICT (incident, pipeline) DO NOTHING
