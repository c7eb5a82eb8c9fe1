-- Digests of versions that nobody can come back to.
SELECT DISTINCT v.digest FROM model_version v
WHERE NOT EXISTS (
  SELECT 1 FROM model_version k WHERE k.digest = v.digest AND (
    k.version > (SELECT max(n.version) FROM model_version n WHERE n.name = k.name) - $1
    OR EXISTS (SELECT 1 FROM model_alias a WHERE a.name = k.name AND a.version = k.version)
    OR EXISTS (SELECT 1 FROM model_move m WHERE m.name = k.name AND m.version = k.version)))
