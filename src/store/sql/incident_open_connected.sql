-- The newest open incident of a pipeline that feeds $1 or is fed by it, within six hops, touched since $2.
WITH RECURSIVE up(node, depth) AS (
    SELECT $1, 0
  UNION
    SELECT e.from_node, up.depth + 1 FROM lineage_edge e JOIN up ON e.to_node = up.node WHERE up.depth < 12
), down(node, depth) AS (
    SELECT $1, 0
  UNION
    SELECT e.to_node, down.depth + 1 FROM lineage_edge e JOIN down ON e.from_node = down.node WHERE down.depth < 12
), near(name) AS (
    SELECT substr(node, 10) FROM up WHERE node LIKE 'pipeline:%'
  UNION
    SELECT substr(node, 10) FROM down WHERE node LIKE 'pipeline:%'
)
SELECT i.id FROM near n JOIN incident_pipeline p ON p.pipeline = n.name JOIN incident i ON i.id = p.incident
WHERE i.state <> 'resolved' AND i.updated >= $2
ORDER BY i.seq DESC LIMIT 1
