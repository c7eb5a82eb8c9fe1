SELECT series, started FROM finding WHERE incident = $1 AND series <> '' ORDER BY started, seq LIMIT 1
