-- Outcomes of a remedy for a cause: in one pipeline, and in all others.
SELECT COALESCE(SUM(CASE WHEN pipeline = $3 THEN worked ELSE 0 END), 0), COALESCE(SUM(CASE WHEN pipeline = $3 THEN failed ELSE 0 END), 0),
       COALESCE(SUM(CASE WHEN pipeline = $3 THEN 0 ELSE worked END), 0), COALESCE(SUM(CASE WHEN pipeline = $3 THEN 0 ELSE failed END), 0)
FROM remedy_record WHERE cause = $1 AND remedy = $2
