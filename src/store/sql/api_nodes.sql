SELECT n.node, p.health
FROM (SELECT from_node AS node FROM lineage_edge UNION SELECT to_node FROM lineage_edge UNION SELECT 'pipeline:' || name FROM pipeline) AS n
LEFT JOIN pipeline AS p ON p.name = substr(n.node, 10) AND substr(n.node, 1, 9) = 'pipeline:'
ORDER BY n.node LIMIT 5000
