UPDATE api_key SET revoked = $2, name = name || ' (revoked ' || id || ')' WHERE name = $1 AND revoked IS NULL
