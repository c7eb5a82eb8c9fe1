SELECT spec, every_us, seq FROM pipeline WHERE name = $1
