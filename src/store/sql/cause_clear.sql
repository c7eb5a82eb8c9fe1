DELETE FROM cause WHERE incident = $1
