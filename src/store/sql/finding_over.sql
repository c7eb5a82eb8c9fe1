UPDATE finding SET going = 0, ended = CASE WHEN ended < $2 THEN $2 ELSE ended END WHERE id = $1
