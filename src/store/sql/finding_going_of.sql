SELECT id, step, started FROM finding WHERE pipeline = $1 AND detector = 'desk' AND going = 1
