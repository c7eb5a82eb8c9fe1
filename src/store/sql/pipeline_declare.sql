UPDATE pipeline SET source = $2, destination = $3, owner = $4, tier = $5, environment = $6, every_us = $7, spec = $8
WHERE name = $1
