SELECT 1 FROM model_version WHERE digest = $1 LIMIT 1
