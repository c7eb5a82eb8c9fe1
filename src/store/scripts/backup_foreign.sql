-- What weir never makes, and what would go on running in a store after its keys were changed.
SELECT type || ' ' || name FROM sqlite_schema WHERE type IN ('trigger', 'view') LIMIT 1
