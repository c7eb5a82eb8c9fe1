INSERT INTO cause (incident, rank, kind, subject, score, title, evidence) VALUES ($1, $2, $3, $4, $5, $6, $7)
