INSERT INTO model_trial (name, version, champion, share, seq, began, judged, agreed) VALUES ($1, $2, $3, $4, $5, $6, 0, 0)
ON CONFLICT (name) DO UPDATE SET version = excluded.version, champion = excluded.champion, share = excluded.share,
  seq = excluded.seq, began = excluded.began, judged = 0, agreed = 0
