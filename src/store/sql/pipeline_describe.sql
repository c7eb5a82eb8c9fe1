UPDATE pipeline SET source = $2, destination = $3 WHERE name = $1
