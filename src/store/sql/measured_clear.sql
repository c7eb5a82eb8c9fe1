-- An incident that came again is measured again.
DELETE FROM measured WHERE incident = $1
