UPDATE model_trial SET share = $2 WHERE name = $1
