SELECT name, version, digest FROM model_version ORDER BY name, version
