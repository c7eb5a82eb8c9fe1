DELETE FROM series WHERE last_seen < $1 AND NOT EXISTS (SELECT 1 FROM chunk WHERE chunk.series = series.ref)
