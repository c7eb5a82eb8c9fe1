DELETE FROM chunk WHERE (series, start, part) IN (SELECT series, start, part FROM chunk WHERE end < $1 ORDER BY end LIMIT $2)
