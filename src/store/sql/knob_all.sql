SELECT name, value FROM knob WHERE pipeline = $1 ORDER BY name
