SELECT id, kind, subject FROM timer WHERE due <= $1 ORDER BY due, id LIMIT 1
