-- The pool of readers.
PRAGMA query_only = ON;
PRAGMA cache_size = -2000;
PRAGMA wal_autocheckpoint = 0;
