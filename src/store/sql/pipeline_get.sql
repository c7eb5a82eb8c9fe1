SELECT source, destination, owner, tier, environment, every_us, spec, health, last_seen FROM pipeline WHERE name = $1
