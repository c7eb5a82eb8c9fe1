UPDATE schedule SET runs = runs + $2, failed = failed + $3, missed = missed + $4, skipped = skipped + $5 WHERE name = $1
