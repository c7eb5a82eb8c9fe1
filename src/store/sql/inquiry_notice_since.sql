SELECT COUNT(*) FROM inquiry_notice WHERE told = 1 AND time > $1
