SELECT DISTINCT digest FROM model_version ORDER BY digest
