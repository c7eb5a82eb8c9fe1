SELECT 1 FROM api_key WHERE name = $1 AND revoked IS NULL
