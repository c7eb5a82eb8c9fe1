SELECT started FROM effect WHERE target = $1 AND remedy = $2 AND kind = 'apply' AND started IS NOT NULL ORDER BY seq DESC LIMIT 1
