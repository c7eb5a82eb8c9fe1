SELECT due FROM timer ORDER BY due, id LIMIT 1
