SELECT COUNT(*) FROM finding WHERE incident = $1 AND series = '' AND time > $2
