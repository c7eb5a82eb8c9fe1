SELECT version FROM model_version WHERE name = $1 AND digest = $2
