SELECT count(DISTINCT digest) FROM model_version
