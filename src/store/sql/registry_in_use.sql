-- What a server needs to judge with: the champions, and the challengers on trial.
SELECT a.name, a.alias, v.version, v.digest, v.kind, COALESCE(t.share, -1.0)
FROM model_alias a JOIN model_version v ON v.name = a.name AND v.version = a.version
LEFT JOIN model_trial t ON t.name = a.name AND t.version = a.version
WHERE a.alias = 'champion' OR (a.alias = 'challenger' AND t.name IS NOT NULL) ORDER BY a.name, a.alias
