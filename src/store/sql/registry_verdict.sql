-- What came of a version that was judged.
SELECT kind, body FROM entry
WHERE correlation_id = $1 AND correlation_id <> '' AND cause_seq = $2 AND kind IN ('model.promoted', 'model.kept')
