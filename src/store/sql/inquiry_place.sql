-- Where it is now, and why.
UPDATE inquiry SET updated = $2, state = $3, department = $4, consultant = $5, priority = $6, due = $7, level = $8,
  reason = $9 WHERE seq = $1
