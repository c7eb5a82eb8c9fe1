-- Labels that came after an entry: which pipelines have something new to learn from.
SELECT MAX(entry.seq), incident.pipeline FROM entry JOIN incident ON incident.id = entry.subject
WHERE entry.seq > $1 AND entry.kind = 'incident.labelled' GROUP BY incident.pipeline ORDER BY incident.pipeline LIMIT $2
