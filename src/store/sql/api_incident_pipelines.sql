SELECT pipeline, first_time FROM incident_pipeline WHERE incident = $1 ORDER BY first_time, pipeline LIMIT 200
