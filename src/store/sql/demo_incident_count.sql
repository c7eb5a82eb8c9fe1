SELECT COUNT(*) FROM incident
