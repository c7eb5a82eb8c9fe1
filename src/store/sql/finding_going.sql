SELECT incident FROM finding WHERE id = $1 AND going = 1
