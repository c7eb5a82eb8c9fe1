INSERT INTO inquiry_erased (person, time) VALUES ($1, $2) ON CONFLICT (person) DO NOTHING
