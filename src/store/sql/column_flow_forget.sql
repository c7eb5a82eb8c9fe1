DELETE FROM column_flow WHERE job = $1
