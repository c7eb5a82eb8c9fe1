SELECT seq, time, hash FROM entry ORDER BY seq DESC LIMIT 1
