UPDATE model_trial SET judged = judged + 1, agreed = agreed + $2 WHERE name = $1
