UPDATE model_trial_item SET truth = $3 WHERE name = $1 AND item = $2
