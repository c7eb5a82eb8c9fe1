SELECT key FROM person WHERE id = ?1
