UPDATE incident SET state = 'open', reopened = reopened + 1, resolved = NULL, settled = NULL, resolution = '', updated = $2
WHERE id = $1
