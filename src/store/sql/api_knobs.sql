SELECT pipeline, name, value, seq FROM knob WHERE ($1 = '' OR pipeline = $1) ORDER BY pipeline, name LIMIT 1000
