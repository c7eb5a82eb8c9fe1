-- Copies of the state as of an entry, from which replay goes on where bodies are gone (state.h, snapshot.h).
CREATE TABLE snapshot_part (
  seq         INTEGER NOT NULL,            -- the last entry in the state
  part        INTEGER NOT NULL,            -- 0..
  size        INTEGER NOT NULL,            -- bytes before compression
  body        BLOB NOT NULL,               -- zlib
  PRIMARY KEY (seq, part)
) STRICT;
CREATE INDEX entry_snapshot ON entry (seq) WHERE kind = 'journal.snapshot';
CREATE INDEX entry_started ON entry (seq) WHERE kind = 'weir.started';
