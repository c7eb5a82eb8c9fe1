-- Effects without an outcome that were asked for between two entries, leaving out one kind.
SELECT seq, id, kind, remedy, target, incident FROM effect
WHERE state IN ('pending', 'started', 'held') AND seq > $1 AND seq < $2 AND kind <> $3 ORDER BY seq LIMIT 256
