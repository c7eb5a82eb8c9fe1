DELETE FROM idempotency WHERE time < $1
