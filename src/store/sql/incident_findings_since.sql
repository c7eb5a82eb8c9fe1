SELECT COUNT(*) FROM finding WHERE incident = $1 AND seq > $2 AND severity >= $3
