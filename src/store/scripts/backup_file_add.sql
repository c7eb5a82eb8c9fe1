INSERT INTO backup_file (name, bytes) VALUES (?1, ?2)
