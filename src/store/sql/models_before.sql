-- The models that were in force before those of today were first loaded.
SELECT body FROM document WHERE kind = 'models'
  AND seq < (SELECT d.seq FROM document d JOIN active_document a ON a.hash = d.hash WHERE a.kind = 'models')
ORDER BY seq DESC LIMIT 1
