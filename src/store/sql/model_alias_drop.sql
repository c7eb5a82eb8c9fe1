DELETE FROM model_alias WHERE name = $1 AND alias = $2
