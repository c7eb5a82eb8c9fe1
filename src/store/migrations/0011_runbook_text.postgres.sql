-- Runbooks are found by an index in memory (src/core/diagnose/runbooks.c).
DROP TABLE runbook_text;
