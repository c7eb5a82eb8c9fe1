SELECT to_node FROM lineage_edge WHERE from_node = $1 ORDER BY to_node LIMIT 64
