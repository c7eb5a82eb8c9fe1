-- Of the newest 10,000 open inquiries, so that a scrape stays cheap.
SELECT priority / 10 * 10 AS least, count(*) AS n
FROM (SELECT priority FROM inquiry WHERE state = 'open' ORDER BY seq DESC LIMIT 10000) AS newest
GROUP BY priority / 10 * 10
ORDER BY priority / 10 * 10
