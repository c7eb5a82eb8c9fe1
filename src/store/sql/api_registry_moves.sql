SELECT seq, time, version, before, kind, actor, reason FROM model_move WHERE name = $1 ORDER BY seq DESC LIMIT 50
