UPDATE silence SET ends = $2 WHERE id = $1 AND ends > $2
