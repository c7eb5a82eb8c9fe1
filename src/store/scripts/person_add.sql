INSERT INTO person (lookup, id, key) VALUES (?1, ?2, ?3)
