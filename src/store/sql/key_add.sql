INSERT INTO api_key (id, name, hash, role, created, seq) VALUES ($1, $2, $3, $4, $5, $6)
