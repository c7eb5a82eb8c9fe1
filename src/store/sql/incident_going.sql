SELECT MAX(time) FROM finding WHERE incident = $1 AND going = 1
