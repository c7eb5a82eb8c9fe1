SELECT coalesce(max(ref), 0) FROM series
