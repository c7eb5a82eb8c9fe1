SELECT seq, id FROM incident WHERE settled IS NULL AND state <> 'resolved' AND seq > $1 AND seq < $2 ORDER BY seq LIMIT 256
