SELECT name, role, hash FROM api_key WHERE hash = $1 AND revoked IS NULL
