SELECT state FROM approval WHERE id = $1
