-- Labelled incidents of a pipeline, oldest first: whether this series had a finding in it, and whether any series had.
SELECT id, pipeline, opened, resolved,
  (SELECT MIN(started) FROM finding WHERE finding.incident = incident.id),
  (SELECT MAX(ended) FROM finding WHERE finding.incident = incident.id),
  (SELECT body FROM entry WHERE correlation_id = incident.id AND correlation_id <> '' AND kind = 'incident.labelled'
    ORDER BY entry.seq DESC LIMIT 1),
  (SELECT COUNT(*) FROM finding WHERE finding.incident = incident.id AND finding.series = $2),
  (SELECT COUNT(*) FROM finding WHERE finding.incident = incident.id AND finding.series <> '')
FROM incident WHERE pipeline = $1
  AND EXISTS (SELECT 1 FROM entry
    WHERE correlation_id = incident.id AND correlation_id <> '' AND kind = 'incident.labelled')
ORDER BY opened, seq LIMIT $3
