SELECT health, count(*) FROM pipeline GROUP BY health
