-- Nobody wants it any more, and nobody has begun it.
UPDATE effect SET state = 'failed', ended = $2, outcome = $3 WHERE id = $1 AND state IN ('pending', 'held')
