DELETE FROM model_trial_item WHERE name = $1
