SELECT name FROM schedule WHERE declared = 1 ORDER BY name LIMIT 1000
