-- The one that writes. Checkpoints run beside it (writer.c); secure_delete is for the key database only.
PRAGMA page_size = 4096;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA wal_autocheckpoint = 0;
PRAGMA journal_size_limit = 8388608;
PRAGMA cache_size = -65536;
PRAGMA secure_delete = OFF;
