SELECT from_node, seq FROM lineage_edge WHERE to_node = $1 ORDER BY from_node LIMIT 64
