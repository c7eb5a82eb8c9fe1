SELECT state, kind, remedy, target, args, case_id, incident, attempt FROM effect WHERE id = $1
