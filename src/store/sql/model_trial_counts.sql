-- Of the cases that are evidence and of which a person said the truth: all, how often each was right, and alone so.
SELECT count(*),
  COALESCE(sum(CASE WHEN champion = truth THEN 1 ELSE 0 END), 0),
  COALESCE(sum(CASE WHEN challenger = truth THEN 1 ELSE 0 END), 0),
  COALESCE(sum(CASE WHEN challenger = truth AND champion <> truth THEN 1 ELSE 0 END), 0),
  COALESCE(sum(CASE WHEN champion = truth AND challenger <> truth THEN 1 ELSE 0 END), 0)
FROM model_trial_item WHERE name = $1 AND truth <> '' AND fair = 1
