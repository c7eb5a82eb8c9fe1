SELECT hash, status, type, location, body FROM idempotency WHERE actor = $1 AND key = $2 AND time >= $3
