-- The database of keys. What is deleted is overwritten, and no copy of it stays in the log.
PRAGMA secure_delete = ON;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA trusted_schema = OFF;
CREATE TABLE IF NOT EXISTS person (
  lookup BLOB PRIMARY KEY,                  -- HMAC of the address with the secret below
  id     TEXT NOT NULL UNIQUE,              -- random: what the journal and the tables call this person
  key    BLOB NOT NULL                      -- 32 bytes; without it, what is sealed under it is noise
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS secret (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
