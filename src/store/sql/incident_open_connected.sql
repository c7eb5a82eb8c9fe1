-- The newest open incident of a pipeline that feeds $1 or is fed by it, within six hops, touched since $2.
WITH RECURSIVE up(node, depth) AS (
    SELECT $1, 0
  UNION
    SELECT e.from_node, up.depth + 1 FROM lineage_edge e JOIN up ON e.to_node = up.node WHERE up.depth < 12
), down(node, depth) AS (
    SELECT $1, 0
  UNION
    SELECT e.to_node, down.depth + 1 FROM lineage_edge e JOIN down ON e.from_node = down.node WHERE down.depth < 12
)
SELECT i.id FROM incident_pipeline p JOIN incident i ON i.id = p.incident
WHERE i.state <> 'resolved' AND i.updated >= $2
  AND ('pipeline:' || p.pipeline IN (SELECT node FROM up) OR 'pipeline:' || p.pipeline IN (SELECT node FROM down))
ORDER BY i.seq DESC LIMIT 1
