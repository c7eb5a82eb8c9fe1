SELECT id, kind, remedy, target, args, key, incident, attempt, due, pid, pid_start FROM effect WHERE state = 'started' ORDER BY seq
