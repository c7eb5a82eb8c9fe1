SELECT coalesce(min(end), 0) FROM chunk
