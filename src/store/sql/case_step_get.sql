SELECT node, state FROM case_step WHERE case_id = $1 AND step = $2
