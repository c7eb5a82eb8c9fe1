DELETE FROM detector WHERE series NOT IN (SELECT ref FROM series)
