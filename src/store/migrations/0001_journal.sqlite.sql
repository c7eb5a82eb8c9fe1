-- The journal (docs/journal.md): how the state came to be.
CREATE TABLE entry (
  seq            INTEGER PRIMARY KEY,      -- 1.. without gaps
  time           INTEGER NOT NULL,         -- UTC microseconds, never decreases
  kind           TEXT NOT NULL,
  subject        TEXT NOT NULL,
  actor          TEXT NOT NULL,
  correlation_id TEXT NOT NULL,            -- incident or inquiry, '' = none
  cause_seq      INTEGER NOT NULL,         -- entry that led to it, 0 = none
  body           TEXT,                     -- JSON; NULL = erased by retention
  hash           BLOB NOT NULL,            -- of this entry and the hash before it
  erased         BLOB                      -- digest of the fields that stay, once the body is erased
) STRICT;
CREATE INDEX entry_by_correlation ON entry (correlation_id, seq) WHERE correlation_id <> '';
CREATE INDEX entry_retained ON entry (seq) WHERE kind = 'journal.retained';

CREATE TABLE journal_head (                -- one row: where the next entry goes on
  id             INTEGER PRIMARY KEY,      -- 1
  size           INTEGER NOT NULL,         -- entries
  time           INTEGER NOT NULL,         -- of the last entry
  hash           BLOB NOT NULL,            -- of the last entry
  frontier       BLOB NOT NULL             -- roots of the complete subtrees, largest first, 32 bytes each
) STRICT;

CREATE TABLE checkpoint (
  size           INTEGER PRIMARY KEY,      -- entries covered
  time           INTEGER NOT NULL,
  note           TEXT NOT NULL             -- signed note: origin, size, root, time, signature
) STRICT;
