SELECT n.event, COUNT(*) FROM inquiry_notice AS n JOIN inquiry AS q ON q.seq = n.inquiry
WHERE n.told = 0 AND q.state IN ('review', 'open') GROUP BY n.event ORDER BY n.event
