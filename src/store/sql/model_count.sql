SELECT count(DISTINCT name) FROM model_version
