INSERT INTO secret (name, value) VALUES ('lookup', ?1) ON CONFLICT (name) DO UPDATE SET value = value RETURNING value
