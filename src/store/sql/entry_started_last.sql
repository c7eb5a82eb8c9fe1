SELECT body FROM entry WHERE kind = 'weir.started' ORDER BY seq DESC LIMIT 1
