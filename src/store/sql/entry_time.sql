SELECT time FROM entry WHERE seq = $1
