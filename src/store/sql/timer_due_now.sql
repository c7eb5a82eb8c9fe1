SELECT 1 FROM timer WHERE id = $1 AND due <= $2
