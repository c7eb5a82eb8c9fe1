UPDATE incident SET findings = findings + 1, updated = $2, severity = CASE WHEN severity < $3 THEN $3 ELSE severity END
WHERE id = $1
