SELECT hash FROM entry WHERE seq < $1 ORDER BY seq
