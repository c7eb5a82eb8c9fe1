SELECT alias, version, time FROM model_alias WHERE name = $1 ORDER BY alias
