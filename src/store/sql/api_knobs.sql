SELECT name, spec FROM pipeline WHERE ($1 = '' OR name = $1) AND spec <> '' ORDER BY name LIMIT 1000
