SELECT state FROM detector WHERE series = $1
