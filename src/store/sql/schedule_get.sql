SELECT spec, declared, paused_by, next, run FROM schedule WHERE name = $1
