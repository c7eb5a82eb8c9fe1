-- beyond the limit the oldest tenth makes room
DELETE FROM idempotency
WHERE (SELECT count(*) FROM idempotency) >= $1
  AND time <= (SELECT max(time) FROM (SELECT time FROM idempotency ORDER BY time LIMIT $1 / 10) AS oldest)
