INSERT INTO timer (id, due, kind, subject) VALUES ($1, $2, $3, $4)
ON CONFLICT (id) DO UPDATE SET due = excluded.due
