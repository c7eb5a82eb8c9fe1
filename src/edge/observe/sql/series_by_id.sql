SELECT ref, id, text, name, labels, pipeline, source, kind, first_seen, last_seen FROM series WHERE id = $1 OR text = $1 LIMIT 1
