SELECT seq, body FROM entry WHERE kind = 'journal.snapshot' AND body IS NOT NULL ORDER BY seq
