SELECT COALESCE(max(version), 0) FROM model_version WHERE name = $1
