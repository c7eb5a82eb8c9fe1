INSERT INTO checkpoint (size, time, note) VALUES ($1, $2, $3)
