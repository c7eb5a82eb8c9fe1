-- What was in use when this version came to be: a way back never leads forward.
SELECT before FROM model_move WHERE name = $1 AND version = $2 AND kind <> 'rolled_back' ORDER BY seq DESC LIMIT 1
