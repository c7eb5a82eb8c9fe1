SELECT from_node, to_node, seq FROM lineage_edge WHERE seq > $1 ORDER BY seq, from_node, to_node
