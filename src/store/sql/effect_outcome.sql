SELECT outcome FROM effect WHERE id = $1
