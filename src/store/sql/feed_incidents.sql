SELECT id, opened, resolved, title, severity, state, pipeline, findings FROM incident WHERE seq > $1 ORDER BY opened, seq
