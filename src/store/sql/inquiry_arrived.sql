SELECT COUNT(*) FROM inquiry WHERE received >= $1 AND received < $2
