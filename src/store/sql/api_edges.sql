SELECT from_node, to_node, seq FROM lineage_edge ORDER BY from_node, to_node LIMIT 5000
