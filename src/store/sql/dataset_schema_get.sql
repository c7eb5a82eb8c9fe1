SELECT columns FROM dataset_schema WHERE dataset = $1
