SELECT 1 FROM incident WHERE state IN ('open', 'diagnosed', 'mitigating') AND updated >= $1 LIMIT 1
