INSERT INTO document (hash, kind, body, seq) VALUES ($1, $2, $3, $4) ON CONFLICT (hash) DO NOTHING
