-- Incidents with the span of their findings, and the newest word of a person on whether they were real.
SELECT id, pipeline, opened, resolved,
  (SELECT MIN(started) FROM finding WHERE finding.incident = incident.id),
  (SELECT MAX(ended) FROM finding WHERE finding.incident = incident.id),
  (SELECT body FROM entry WHERE correlation_id = incident.id AND correlation_id <> '' AND kind = 'incident.labelled'
    ORDER BY entry.seq DESC LIMIT 1)
FROM incident WHERE opened <= $1 AND (resolved IS NULL OR resolved >= $2) AND ($3 = '' OR pipeline = $3)
ORDER BY seq DESC LIMIT $4
