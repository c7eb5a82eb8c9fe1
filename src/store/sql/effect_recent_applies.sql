SELECT COUNT(*) FROM effect WHERE target = $1 AND remedy = $2 AND kind = 'apply' AND seq > $3 AND due >= $4
