SELECT name, id, role, created, revoked, seq FROM api_key WHERE name > $1 ORDER BY name LIMIT $2
