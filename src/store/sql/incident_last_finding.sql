SELECT MAX(CASE WHEN ended > started THEN ended ELSE started END) FROM finding WHERE incident = $1
