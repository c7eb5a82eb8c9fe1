INSERT INTO model_trial_item (name, item, champion, challenger, used, fair, truth) VALUES ($1, $2, $3, $4, $5, $6, '')
ON CONFLICT (name, item) DO NOTHING
