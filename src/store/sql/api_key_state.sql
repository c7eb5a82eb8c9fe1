SELECT role, revoked FROM api_key WHERE name = $1
