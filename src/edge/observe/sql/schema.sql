-- samples.db: what can be drawn or judged again. Losing the file loses history, never a decision. Times are UTC microseconds.
CREATE TABLE IF NOT EXISTS series (
  ref        INTEGER PRIMARY KEY,     -- what the sample log calls it
  id         TEXT NOT NULL UNIQUE,    -- 16 hex digits of SHA-256 over the text
  text       TEXT NOT NULL UNIQUE,    -- name{label="value",...}
  name       TEXT NOT NULL,
  labels     TEXT NOT NULL,           -- JSON object
  pipeline   TEXT NOT NULL,
  source     TEXT NOT NULL,           -- who sent it first
  kind       INTEGER NOT NULL,        -- 0 unknown, 1 gauge, 2 counter
  first_seen INTEGER NOT NULL,
  last_seen  INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS series_by_pipeline ON series (pipeline, text);

CREATE TABLE IF NOT EXISTS chunk (
  series     INTEGER NOT NULL,        -- series.ref
  start      INTEGER NOT NULL,        -- first and last time in it
  end        INTEGER NOT NULL,
  part       INTEGER NOT NULL,        -- tells chunks with the same start apart: the log offset they came from
  count      INTEGER NOT NULL,
  data       BLOB NOT NULL,           -- engine/chunk
  PRIMARY KEY (series, start, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS chunk_by_end ON chunk (end);

CREATE TABLE IF NOT EXISTS detector (  -- as of the shard's offset
  series     INTEGER PRIMARY KEY,
  state      BLOB NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS shard (
  id         INTEGER PRIMARY KEY,
  done       INTEGER NOT NULL         -- log offset below which chunks and detectors hold everything
) STRICT;
