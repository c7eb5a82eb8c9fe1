SELECT person FROM inquiry_erased ORDER BY person
