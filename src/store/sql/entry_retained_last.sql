SELECT seq, body FROM entry WHERE kind = 'journal.retained' ORDER BY seq DESC LIMIT 1
