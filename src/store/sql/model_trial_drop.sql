DELETE FROM model_trial WHERE name = $1
