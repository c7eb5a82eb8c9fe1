UPDATE approval SET state = 'expired', decided = $2 WHERE id = $1 AND state = 'pending'
