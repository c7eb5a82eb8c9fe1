DELETE FROM lineage_edge WHERE from_node = $1 OR to_node = $1
