INSERT INTO lineage_edge (from_node, to_node, seq) VALUES ($1, $2, $3) ON CONFLICT (from_node, to_node) DO NOTHING
