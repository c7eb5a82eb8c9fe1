SELECT pipeline, fingerprint, opened FROM incident WHERE id = $1
