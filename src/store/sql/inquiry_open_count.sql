SELECT COUNT(*) FROM inquiry WHERE state IN ('review', 'open') AND labelled_by = ''
