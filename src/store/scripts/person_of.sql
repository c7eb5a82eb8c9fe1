SELECT id, key FROM person WHERE lookup = ?1
