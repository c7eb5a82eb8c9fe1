SELECT name, word, n FROM inquiry_tally ORDER BY name, word
