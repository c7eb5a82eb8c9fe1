-- Effects whose time has come, and the next that will be due, oldest first.
SELECT id, kind, remedy, target, args, key, incident, attempt, due FROM effect WHERE state = 'pending' ORDER BY due, seq LIMIT 256
