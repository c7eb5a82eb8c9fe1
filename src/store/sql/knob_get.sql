SELECT value FROM knob WHERE pipeline = $1 AND name = $2
