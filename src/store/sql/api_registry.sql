-- A row a name: its newest version, the one in use and the one on trial.
SELECT v.name, v.kind, v.version, v.time, COALESCE(c.version, 0), COALESCE(t.version, 0), COALESCE(t.share, 0),
  COALESCE((SELECT u.metrics FROM model_version u WHERE u.name = v.name AND u.version = c.version), '{}')
FROM model_version v
LEFT JOIN model_alias c ON c.name = v.name AND c.alias = 'champion'
LEFT JOIN model_trial t ON t.name = v.name
WHERE v.version = (SELECT max(w.version) FROM model_version w WHERE w.name = v.name) AND v.name > $1
ORDER BY v.name LIMIT $2
