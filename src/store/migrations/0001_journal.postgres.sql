-- The journal (docs/journal.md): how the state came to be.
CREATE TABLE entry (
  seq            BIGINT PRIMARY KEY,      -- 1.. without gaps
  time           BIGINT NOT NULL,         -- UTC microseconds, never decreases
  kind           TEXT NOT NULL,
  subject        TEXT NOT NULL,
  actor          TEXT NOT NULL,
  correlation_id TEXT NOT NULL,            -- incident or inquiry, '' = none
  cause_seq      BIGINT NOT NULL,         -- entry that led to it, 0 = none
  body           TEXT,                     -- JSON; NULL = erased by retention
  hash           BYTEA NOT NULL,            -- of this entry and the hash before it
  erased         BYTEA                      -- digest of the fields that stay, once the body is erased
);
CREATE INDEX entry_by_correlation ON entry (correlation_id, seq) WHERE correlation_id <> '';
CREATE INDEX entry_retained ON entry (seq) WHERE kind = 'journal.retained';

CREATE TABLE journal_head (                -- one row: where the next entry goes on
  id             BIGINT PRIMARY KEY,      -- 1
  size           BIGINT NOT NULL,         -- entries
  time           BIGINT NOT NULL,         -- of the last entry
  hash           BYTEA NOT NULL,            -- of the last entry
  frontier       BYTEA NOT NULL             -- roots of the complete subtrees, largest first, 32 bytes each
);

CREATE TABLE checkpoint (
  size           BIGINT PRIMARY KEY,      -- entries covered
  time           BIGINT NOT NULL,
  note           TEXT NOT NULL             -- signed note: origin, size, root, time, signature
);
